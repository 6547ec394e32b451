"""What a push of an image has to meet, whether it comes over the registry's protocol or as PutImage."""

import datetime
from typing import Any

from moto.core.base_backend import BaseBackend

from . import images, scans
from .manifests import Manifest


class MissingMembers(Exception):
    """A manifest list names images that are not in the repository."""


def require_acceptable(record: images.Record, repository: Any, manifest: Manifest, tag: str | None) -> None:
    """Raises TagTaken or MissingMembers for a push that ECR refuses. `repository` is moto's."""
    images.require_tag_is_free(record, repository, tag, manifest.digest)
    missing = [each for each in manifest.members if each not in record["images"]]
    if missing:
        raise MissingMembers(_requires("Images", missing, repository))


def missing_layers(digests: list[str], repository: Any) -> str:
    """Returns AWS's sentence about layers that were not pushed."""
    return _requires("Layers", digests, repository)


def add(backend: BaseBackend, repository: Any, manifest: Manifest, tag: str | None) -> images.Record:
    """Adds an image whose manifest docker-registry has. The caller may change the state. Raises as above."""
    record = images.record_to_change(backend, repository.name)
    require_acceptable(record, repository, manifest, tag)
    scan = scans.finished(datetime.datetime.now(datetime.UTC)) if scans.happens_on_push(repository) else None
    return images.put(record, manifest, tag, scan=scan)


def _requires(what: str, digests: list[str], repository: Any) -> str:
    return (
        f"{what} with digests '[{', '.join(digests)}]' required for pushing image into repository with name "
        f"'{repository.name}' in the registry with id '{repository.registry_id}' do not exist"
    )
