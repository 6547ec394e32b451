"""Images as layers. An image of a machine has the machine's changes as its top layer. Machines boot from layers."""

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from .commands import run
from .names import Folders
from .record import Record, load_record, save_record, write_json


class ImageLayers:
    """The layers of one home. A layer's name is its path from the home folder. Lists have the top layer first.

    The folder of an image holds `image.json`, the list of its layers, and `files`, its own layer. The layer outlives
    the image while a machine or another image uses it.
    """

    def __init__(self, folders: Folders, base_image: Path) -> None:
        self._folders = folders
        self._base_image = base_image.resolve()

    def of_image(self, image_id: str) -> list[str]:
        """Returns the layers of a new machine from this image. An image that was not made here is the base."""
        try:
            return json.loads(self._image_file(image_id).read_text())
        except FileNotFoundError:
            return [self._base()]

    def usable(self, record: Record) -> list[str]:
        """Returns the layers of a machine that exist.

        A crash between the naming and the making of a layer leaves it missing. The machine then still has its content.
        When somebody deleted the base, the present base replaces it.
        """
        present = [layer for layer in record.layers if (self._folders.home / layer).is_dir()]
        return present if any(layer.startswith("bases/") for layer in present) else [*present, self._base()]

    def keep(self, image_id: str, machine_folder: Path) -> None:
        """Makes the image of a machine that is off. Its layer becomes the image's, and the machine gets a new one."""
        record = load_record(machine_folder)
        if record is None:
            raise FileNotFoundError(f"{machine_folder} holds no machine")
        own = self._make_folder(image_id)
        # First the name, then the move: `usable` leaves out a layer that was named and never moved.
        save_record(machine_folder, Record([own, *record.layers], record.link_address))
        (machine_folder / "upper").rename(self._folders.home / own)
        (machine_folder / "upper").mkdir()
        write_json(self._image_file(image_id), [own, *record.layers])

    def copy(self, image_id: str, machine_folder: Path) -> None:
        """Makes the image of a running machine, from its files as they are now."""
        record = load_record(machine_folder)
        if record is None:
            raise FileNotFoundError(f"{machine_folder} holds no machine")
        own = self._make_folder(image_id)
        os.sync()
        run("cp", "-a", "--reflink=auto", machine_folder / "upper", self._folders.home / own, timeout_sec=600)
        write_json(self._image_file(image_id), [own, *record.layers])

    def alias(self, image_id: str, source_image_id: str) -> None:
        """Makes a copy of an image. It has the same layers."""
        if self._image_file(source_image_id).exists():
            self._folders.images.joinpath(image_id).mkdir(exist_ok=True)
            write_json(self._image_file(image_id), self.of_image(source_image_id))

    def forget(self, image_id: str) -> None:
        """Removes an image. Its layer goes when nothing uses it any more."""
        self._image_file(image_id).unlink(missing_ok=True)
        self.free_unused()

    def known_images(self) -> list[str]:
        """Returns the ids of the images that were made here."""
        return sorted(file.parent.name for file in self._folders.images.glob("*/image.json"))

    def free_unused(self) -> None:
        """Removes the layers, and the links to bases, that no machine and no image uses."""
        used = set(self._used())
        for folder in self._folders.images.iterdir():
            if f"images/{folder.name}/files" not in used and not (folder / "image.json").exists():
                shutil.rmtree(folder)
        for link in self._folders.bases.iterdir():
            if f"bases/{link.name}" not in used:
                link.unlink()

    def _used(self) -> Iterator[str]:
        for file in self._folders.images.glob("*/image.json"):
            yield from json.loads(file.read_text())
        for folder in self._folders.instances.iterdir():
            record = load_record(folder)
            yield from record.layers if record else []

    def _make_folder(self, image_id: str) -> str:
        self._folders.images.joinpath(image_id).mkdir()
        return f"images/{image_id}/files"

    def _image_file(self, image_id: str) -> Path:
        return self._folders.images / image_id / "image.json"

    def _base(self) -> str:
        # A link with a short name: mount options may not exceed a page, and a path may contain any character.
        name = hashlib.sha256(str(self._base_image).encode()).hexdigest()[:12]
        link = self._folders.bases / name
        if not link.is_symlink():
            link.symlink_to(self._base_image)
        return f"bases/{name}"
