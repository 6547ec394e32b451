"""Manifests: what an image consists of, as a client pushed it."""

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
MEDIA_TYPES = (DOCKER_MANIFEST, DOCKER_LIST, OCI_MANIFEST, OCI_INDEX)
# As docker-registry has it.
MOST_BYTES = 4 * 1024 * 1024
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
TAG = re.compile(r"[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}")


class WrongManifest(ValueError):
    """Something is no manifest that the registry takes. The text says why."""


@dataclass(frozen=True)
class Manifest:
    """A manifest. `size` is that of its configuration and layers. `members` are the digests of the images of a list."""

    content: bytes
    digest: str
    media_type: str
    artifact_media_type: str | None
    size: int
    members: tuple[str, ...]


def read_manifest(content: bytes, media_type: str | None) -> Manifest:
    """Returns a manifest. `media_type` is what the client says. None: the manifest says it. Raises WrongManifest."""
    try:
        parsed = json.loads(content)
    except ValueError:
        raise WrongManifest("expected a manifest in JSON") from None
    if not isinstance(parsed, dict):
        raise WrongManifest("expected a manifest in JSON, got no object")
    kind = media_type or parsed.get("mediaType")
    if kind not in MEDIA_TYPES:
        raise WrongManifest(f"expected a manifest of one of the types {', '.join(MEDIA_TYPES)}, got {str(kind)[:100]}")
    config, layers = parsed.get("config") or {}, parsed.get("layers") or []
    artifact = parsed.get("artifactType") or _field(config, "mediaType")
    try:
        size = sum(int(_field(each, "size") or 0) for each in (config, *layers))
        members = tuple(str(_field(each, "digest")) for each in parsed.get("manifests") or [])
    except (TypeError, ValueError):
        raise WrongManifest("expected layers with sizes and digests") from None
    return Manifest(content, digest_of(content), kind, artifact, size, members)


def digest_of(content: bytes) -> str:
    """Returns the digest of a content."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _field(descriptor: Any, name: str) -> Any:
    return descriptor.get(name) if isinstance(descriptor, dict) else None
