"""Images as layers. An image of a machine has the machine's changes as its top layer. Machines boot from layers."""

import hashlib
import json
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

from .commands import run
from .names import REMOVED, Folders
from .record import Record, load_record, save_record, write_json

COPY_TIMEOUT_SEC = 600


class ImageLayers:
    """The layers of one home. A layer's name is its path from the home folder. Lists have the top layer first.

    The folder of an image holds `image.json`, the list of its layers, and `files`, its own layer. The layer outlives
    the image while a machine or another image uses it. Several threads may call it.
    """

    def __init__(self, folders: Folders, base_image: Path) -> None:
        self._folders = folders
        self._base_image = base_image.resolve()
        self._lock = threading.RLock()
        # The layers of images whose own layer is being copied. No file lists them yet.
        self._being_made: dict[str, list[str]] = {}

    def of_image(self, image_id: str) -> list[str]:
        """Returns the layers of a new machine from this image. An image that was not made here is the base."""
        try:
            return json.loads(self._image_file(image_id).read_text())
        except FileNotFoundError:
            return [self._base()]

    def take(self, image_id: str, machine_folder: Path) -> Record:
        """Makes the record of a new machine from an image. From then on, the layers of the image stay."""
        with self._lock:
            record = Record(self.of_image(image_id))
            save_record(machine_folder, record)
        return record

    def usable(self, record: Record) -> list[str]:
        """Returns the layers of a machine that exist.

        A crash between the naming and the making of a layer leaves it missing. The machine then still has its content.
        When somebody deleted the base, the present base replaces it.
        """
        present = [layer for layer in record.layers if (self._folders.home / layer).is_dir()]
        return present if any(layer.startswith("bases/") for layer in present) else [*present, self._base()]

    def keep(self, image_id: str, machine_folder: Path) -> None:
        """Makes the image of a machine that is off. Its layer becomes the image's, and the machine gets a new one."""
        self._sync()
        with self._lock:
            record = _record_in(machine_folder)
            own = self._make_folder(image_id)
            # First the name, then the move: `usable` leaves out a layer that was named and never moved.
            save_record(machine_folder, Record([own, *record.layers], record.link_address))
            (machine_folder / "upper").rename(self._folders.home / own)
            (machine_folder / "upper").mkdir()
            write_json(self._image_file(image_id), [own, *record.layers])

    def copy(self, image_id: str, machine_folder: Path) -> None:
        """Makes the image of a running machine, from its files as they are now."""
        record = _record_in(machine_folder)
        with self._lock:
            own = self._make_folder(image_id)
            layers = self._being_made[image_id] = [own, *record.layers]
        try:
            os.sync()
            files = self._folders.home / own
            run("cp", "-a", "--reflink=auto", machine_folder / "upper", files, timeout_sec=COPY_TIMEOUT_SEC)
            self._sync()
            write_json(self._image_file(image_id), layers)
        finally:
            with self._lock:
                del self._being_made[image_id]
            # It has no list of layers when the copy failed.
            self.free_unused()

    def alias(self, image_id: str, source_image_id: str) -> None:
        """Makes a copy of an image. It has the same layers."""
        with self._lock:
            if self._image_file(source_image_id).exists():
                self._folders.images.joinpath(image_id).mkdir(exist_ok=True)
                write_json(self._image_file(image_id), self.of_image(source_image_id))

    def forget(self, image_id: str) -> None:
        """Removes an image. Its layer goes when nothing uses it any more."""
        with self._lock:
            self._image_file(image_id).unlink(missing_ok=True)
        self.free_unused()

    def known_images(self) -> list[str]:
        """Returns the ids of the images that were made here."""
        return sorted(file.parent.name for file in self._folders.images.glob("*/image.json"))

    def is_top(self, image_id: str) -> bool:
        """Says whether nothing but the image itself uses the layer that it added."""
        with self._lock:
            return list(self._used()).count(f"images/{image_id}/files") == 1

    def free_unused(self) -> None:
        """Removes the layers, and the links to bases, that no machine and no image uses."""
        with self._lock:
            needed = {self._base(), *self._used()}
            for folder in self._folders.images.iterdir():
                unused = f"images/{folder.name}/files" not in needed and not (folder / "image.json").exists()
                if unused and not folder.name.endswith(REMOVED):
                    folder.rename(folder.with_name(folder.name + REMOVED))
            for link in self._folders.bases.iterdir():
                if f"bases/{link.name}" not in needed:
                    link.unlink()
        # A layer may be large, and nobody has to wait for it.
        for folder in self._folders.images.glob(f"*{REMOVED}"):
            shutil.rmtree(folder, ignore_errors=True)

    def _used(self) -> Iterator[str]:
        for layers in self._being_made.values():
            yield from layers
        lost = self._folders.lost_and_found
        for file in [*self._folders.images.glob("*/image.json"), *lost.glob("images/*/image.json")]:
            yield from json.loads(file.read_text())
        for folder in [*self._folders.instances.iterdir(), *lost.glob("instances/*")]:
            record = None if folder.name.endswith(REMOVED) else load_record(folder)
            yield from record.layers if record else []

    def _sync(self) -> None:
        # An image that lists its layers has every byte of them, also after a power cut.
        run("sync", "--file-system", self._folders.images, timeout_sec=COPY_TIMEOUT_SEC)

    def _make_folder(self, image_id: str) -> str:
        self._folders.images.joinpath(image_id).mkdir()
        return f"images/{image_id}/files"

    def _image_file(self, image_id: str) -> Path:
        return self._folders.images / image_id / "image.json"

    def _base(self) -> str:
        # A link with a short name: mount options may not exceed a page, and a path may contain any character.
        name = hashlib.sha256(str(self._base_image).encode()).hexdigest()[:12]
        link = self._folders.bases / name
        with self._lock:
            if not link.is_symlink():
                link.symlink_to(self._base_image)
        return f"bases/{name}"


def _record_in(machine_folder: Path) -> Record:
    record = load_record(machine_folder)
    if record is None:
        raise FileNotFoundError(f"{machine_folder} holds no machine")
    return record
