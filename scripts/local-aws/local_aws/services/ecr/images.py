"""The images of a repository, as the API describes them: digests, tags, and when they were pushed.

A repository's images are a record in the store of ECR:

    {"id": "repository-…", "images": {digest: image}, "tags": {tag: digest}}

docker-registry keeps their bytes under the id, and knows no tag. A repository that was deleted and made again has
another id, so nothing of the earlier one is left in it.
"""

import copy
import re
from collections.abc import Iterator
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.ecr.models import ecr_backends

from local_aws.core.operations import new_id, now
from local_aws.core.stores import ATTRIBUTE, store_of

from .manifests import Manifest

Record = dict[str, Any]
KIND = "repositories"


class TagTaken(Exception):
    """A tag is another image's, and the repository lets nobody move it."""


def new_record(backend: BaseBackend, repository: str) -> Record:
    """Makes the record of a repository without images."""
    record: Record = {"id": new_id("repository-"), "images": {}, "tags": {}}
    store_of(backend).setdefault(KIND, {})[repository] = record
    return record


def record_to_change(backend: BaseBackend, repository: str) -> Record:
    """Returns the record of a repository. Makes it where a crash lost it."""
    return store_of(backend).get(KIND, {}).get(repository) or new_record(backend, repository)


def record_to_read(backend: BaseBackend, repository: str) -> Record:
    """Returns a copy of the record of a repository."""
    stored = vars(backend).get(ATTRIBUTE, {}).get(KIND, {}).get(repository)
    return copy.deepcopy(stored) if stored else {"id": None, "images": {}, "tags": {}}


def forget_record(backend: BaseBackend, repository: str) -> None:
    """Forgets the images of a repository."""
    store_of(backend).get(KIND, {}).pop(repository, None)


def known_digests() -> dict[str, set[str]]:
    """Returns the digests of the images of every repository, by the repository's id."""
    return {record["id"]: set(record["images"]) for record in _all_records()}


def tags_of(record: Record, digest: str) -> list[str]:
    """Returns the tags of an image."""
    return [tag for tag, tagged in record["tags"].items() if tagged == digest]


def digest_for(record: Record, image_id: dict[str, str]) -> str | None:
    """Returns the digest of the image that has the given tag and the given digest. None: there is no such image."""
    tag, digest = image_id.get("imageTag"), image_id.get("imageDigest")
    found = record["tags"].get(tag) if tag else digest
    return found if found in record["images"] and digest in (None, found) else None


def shown(image_id: dict[str, str]) -> str:
    """Returns how AWS's messages name an image."""
    return f"{{imageDigest:'{image_id.get('imageDigest', 'null')}', imageTag:'{image_id.get('imageTag', 'null')}'}}"


def require_tag_is_free(record: Record, repository: Any, tag: str | None, digest: str) -> None:
    """Raises TagTaken when a tag is another image's and must not move. `repository` is moto's."""
    if tag and record["tags"].get(tag) not in (None, digest) and is_immutable(repository, tag):
        raise TagTaken(
            f"The image tag '{tag}' already exists in the '{repository.name}' repository and cannot be overwritten "
            "because the repository is immutable."
        )


def is_immutable(repository: Any, tag: str) -> bool:
    """Says whether a tag in a repository never moves."""
    filters = [each["filter"] for each in repository.image_tag_mutability_exclusion_filters or []]
    # In a filter, only `*` has a meaning.
    patterns = [".*".join(map(re.escape, each.split("*"))) for each in filters]
    excluded = any(re.fullmatch(each, tag) for each in patterns)
    return repository.image_tag_mutability.startswith("IMMUTABLE") is not excluded


def put(record: Record, manifest: Manifest, tag: str | None, *, scan: Record | None) -> Record:
    """Adds an image, or a tag to one. A tag of another image moves, and leaves that image without it."""
    image = record["images"].setdefault(
        manifest.digest,
        {
            "imageDigest": manifest.digest,
            "imageManifestMediaType": manifest.media_type,
            "artifactMediaType": manifest.artifact_media_type,
            "imageSizeInBytes": manifest.size,
            "imagePushedAt": now(),
            "members": list(manifest.members),
            "scan": scan,
        },
    )
    if tag:
        record["tags"][tag] = manifest.digest
    return image


def remove(record: Record, image_id: dict[str, str]) -> list[dict[str, str]]:
    """Removes an image that exists, or only its tag when that is given and not its last. Returns what is gone."""
    digest = digest_for(record, image_id)
    assert digest is not None
    tags = tags_of(record, digest)
    tag = image_id.get("imageTag")
    gone = [tag] if tag else tags
    if set(gone) == set(tags):
        del record["images"][digest]
    for each in gone:
        del record["tags"][each]
    return [{"imageDigest": digest, "imageTag": each} for each in gone] or [{"imageDigest": digest}]


def lists_with(record: Record, digest: str) -> list[str]:
    """Returns the digests of the manifest lists that an image belongs to."""
    return [image["imageDigest"] for image in record["images"].values() if digest in image["members"]]


def size_of(record: Record, image: Record) -> int:
    """Returns the bytes of an image: of a manifest list, those of its largest image."""
    members = [record["images"][each] for each in image["members"] if each in record["images"]]
    return max((each["imageSizeInBytes"] for each in members), default=image["imageSizeInBytes"])


def _all_records() -> Iterator[Record]:
    for regions in list(ecr_backends.values()):
        for backend in list(regions.values()):
            yield from list(vars(backend).get(ATTRIBUTE, {}).get(KIND, {}).values())
