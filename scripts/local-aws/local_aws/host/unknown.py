"""What is on this computer and does not exist in AWS's eyes: after a crash, their state may be older than the files."""

import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from . import clean_up
from .disk import PARTIAL
from .image_layers import ImageLayers
from .lost_and_found import LostAndFound, holds_data
from .names import REMOVED, Folders


@dataclass(frozen=True)
class Known:
    """The ids of everything that exists in AWS's eyes."""

    instances: Collection[str]
    volumes: Collection[str]
    snapshots: Collection[str]
    images: Collection[str]


def finish_removals(folders: Folders) -> None:
    """Removes what was being removed, and unfinished copies."""
    for folder in folders.instances.glob(f"*{REMOVED}"):
        shutil.rmtree(folder)
    for folder in (folders.disks, folders.snapshots):
        for copy in folder.glob(f"*{PARTIAL}"):
            copy.unlink()


def remove_unknown(folders: Folders, layers: ImageLayers, lost_and_found: LostAndFound, known: Known) -> None:
    """Removes everything unknown that holds no data, and moves the rest to the lost and found."""
    # Machines first: a layer that a lost machine needs is not lost itself.
    taken = [*_sort_out(folders, lost_and_found, known), *_sort_out_images(folders, layers, lost_and_found, known)]
    lost_and_found.report(taken)
    layers.free_unused()


def _sort_out(folders: Folders, lost_and_found: LostAndFound, known: Known) -> Iterator[str]:
    kinds = (
        ("instances", folders.instances, known.instances),
        ("disks", folders.disks, known.volumes),
        ("snapshots", folders.snapshots, known.snapshots),
    )
    for kind, folder, ids in kinds:
        for thing in [each for each in folder.iterdir() if each.name not in ids]:
            if holds_data(thing):
                yield lost_and_found.take(kind, thing)
            elif thing.is_dir():
                clean_up.require_nothing_mounted(thing)
                shutil.rmtree(thing)
            else:
                thing.unlink()


def _sort_out_images(
    folders: Folders, layers: ImageLayers, lost_and_found: LostAndFound, known: Known
) -> Iterator[str]:
    for image in [each for each in layers.known_images() if each not in known.images]:
        folder = folders.images / image
        if layers.is_top(image) and holds_data(folder):
            yield lost_and_found.take("images", folder)
        else:
            layers.forget(image)
