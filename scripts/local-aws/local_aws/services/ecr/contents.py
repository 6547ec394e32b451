"""What calls of ECR's API ask docker-registry for: manifests, and which layers it has."""

import json
from http import HTTPStatus
from typing import Any

from local_aws.core.operations import ApiError

from .docker_registry import RegistryUnavailable, registry
from .manifests import MEDIA_TYPES, Manifest
from .pushes import missing_layers


def manifest_of(repository_id: str, digest: str) -> str:
    """Returns a manifest as it was pushed."""
    headers = {"Accept": ",".join(MEDIA_TYPES)}
    status, body, _ = _ask("GET", f"/v2/{repository_id}/manifests/{digest}", headers)
    if status != HTTPStatus.OK:
        raise _unexpected(status, body)
    return body.decode()


def keep_manifest(repository_id: str, repository: Any, manifest: Manifest) -> None:
    """Keeps a manifest. Refuses one whose layers were not pushed."""
    headers = {"Content-Type": manifest.media_type}
    path = f"/v2/{repository_id}/manifests/{manifest.digest}"
    status, body, _ = _ask("PUT", path, headers, manifest.content)
    if status == HTTPStatus.CREATED:
        return
    errors = json.loads(body).get("errors", [])
    missing = [str(each.get("detail")) for each in errors if each.get("code") == "MANIFEST_BLOB_UNKNOWN"]
    if not missing:
        raise _unexpected(status, body)
    raise ApiError("LayersNotFoundException", missing_layers(missing, repository))


def size_of_layer(repository_id: str, digest: str) -> int | None:
    """Returns the bytes of a layer. None: it was not pushed to the repository."""
    status, _, headers = _ask("HEAD", f"/v2/{repository_id}/blobs/{digest}")
    return int(headers["Content-Length"]) if status == HTTPStatus.OK else None


def _ask(method: str, path: str, headers: dict[str, str] | None = None, body: bytes = b"") -> tuple[int, bytes, Any]:
    try:
        with registry().ask(method, path, headers, body) as answer:
            return answer.status, answer.read(), answer.headers
    except RegistryUnavailable as error:
        raise ApiError("RegistryUnavailableInLocalAws", str(error)) from error


def _unexpected(status: int, body: bytes) -> OSError:
    return OSError(f"docker-registry answered {status}: {body[:200].decode(errors='replace')}")
