"""The files of docker-registry, while it does not run: removes what the API no longer has."""

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

_REPOSITORIES = Path("docker", "registry", "v2", "repositories")
_REVISIONS = Path("_manifests", "revisions", "sha256")
_UPLOADS = Path("_uploads")


def remove_unknown(storage: Path, known: Mapping[str, set[str]]) -> None:
    """Removes repositories and manifests that are not known, and uploads that never ended.

    `known` has the digests of every repository by the repository's id. Layers of what is removed are then garbage,
    which docker-registry collects.
    """
    for folder in list(_unknown(storage, known)):
        shutil.rmtree(folder)


def _unknown(storage: Path, known: Mapping[str, set[str]]) -> Iterator[Path]:
    for repository in _folders_in(storage / _REPOSITORIES):
        if repository.name not in known:
            yield repository
            continue
        yield from _folders_in(repository / _UPLOADS)
        for revision in _folders_in(repository / _REVISIONS):
            if f"sha256:{revision.name}" not in known[repository.name]:
                yield revision


def _folders_in(folder: Path) -> list[Path]:
    with contextlib.suppress(FileNotFoundError):
        return [each for each in folder.iterdir() if each.is_dir()]
    return []
