"""One request about a repository, as the front got it."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from moto.core.base_backend import BaseBackend
from moto.ecr.models import ecr_backends

from local_aws.core.background import background
from local_aws.core.transport import CHUNK_BYTES

from . import images
from .manifests import DIGEST, MOST_BYTES, TAG, Manifest, WrongManifest, read_manifest
from .refusals import Refusal, unknown_repository
from .tokens import RegistryName

# What docker-registry has to know of a request.
_HEADERS = ("Range", "Content-Range", "Content-Type", "Content-Length")


class ClientGone(Exception):
    """The client ended its connection before its request was complete."""


class Asked:
    """Knows the repository of a request, and reads the request's body."""

    def __init__(
        self,
        environ: WSGIEnvironment,
        start_response: StartResponse,
        method: str,
        registry: RegistryName,
        name: str,
        reference: str = "",
        digest: str = "",
        upload: str = "",
    ) -> None:
        self.environ, self.start_response = environ, start_response
        self.method, self.name = method, name
        self.reference, self.digest, self.upload = reference, digest, upload
        self.backend: BaseBackend = ecr_backends[registry.account][registry.region]
        self._account = registry.account
        self._id: str | None = None

    def repository(self) -> Any:
        """Returns moto's repository. Raises Refusal."""
        found = self.backend.repositories.get(self.name)
        if found is None:
            raise unknown_repository(self.name, self._account)
        return found

    def record(self) -> images.Record:
        """Returns a copy of the record of the repository. Raises Refusal."""
        with background.reading():
            self.repository()
            return images.record_to_read(self.backend, self.name)

    def repository_id(self) -> str:
        """Returns the id of the repository. Raises Refusal."""
        self._id = self.record()["id"]
        if self._id is None:
            with background.change():
                self.repository()
                self._id = images.record_to_change(self.backend, self.name)["id"]
        return self._id

    def with_name(self, location: str) -> str:
        """Returns a location with the name of the repository in it."""
        return location.replace(f"/v2/{self._id}/", f"/v2/{self.name}/", 1)

    def headers(self) -> dict[str, str]:
        """Returns the headers of the request that docker-registry needs."""
        given = self.environ["local_aws.headers"]
        return {name: given[name] for name in _HEADERS if name in given}

    def body(self) -> bytes | Iterator[bytes]:
        """Returns the body of the request: piece by piece, or nothing."""
        has_body = "wsgi.input_terminated" in self.environ or self.environ.get("CONTENT_LENGTH", "0") not in ("", "0")
        return self._pieces() if has_body else b""

    def read_manifest(self) -> tuple[Manifest, str | None]:
        """Returns the manifest in the body, and the tag that it gets. Raises Refusal."""
        content = b""
        for piece in self._pieces():
            content += piece
            if len(content) > MOST_BYTES:
                raise _wrong_manifest(f"expected a manifest of at most {MOST_BYTES} bytes")
        media_type = self.environ.get("CONTENT_TYPE", "").partition(";")[0].strip()
        try:
            manifest = read_manifest(content, media_type or None)
        except WrongManifest as error:
            raise _wrong_manifest(str(error)) from None
        if DIGEST.fullmatch(self.reference):
            if self.reference != manifest.digest:
                message = f"the manifest has the digest {manifest.digest}, and not {self.reference}"
                raise Refusal(HTTPStatus.BAD_REQUEST, "DIGEST_INVALID", message)
            return manifest, None
        if not TAG.fullmatch(self.reference):
            raise Refusal(HTTPStatus.BAD_REQUEST, "TAG_INVALID", f"expected a tag, got {self.reference[:140]}")
        return manifest, self.reference

    def _pieces(self) -> Iterator[bytes]:
        try:
            while piece := self.environ["wsgi.input"].read1(CHUNK_BYTES):
                yield piece
        except OSError as error:
            raise ClientGone(f"the request cannot be read: {error}") from error


def _wrong_manifest(message: str) -> Refusal:
    return Refusal(HTTPStatus.BAD_REQUEST, "MANIFEST_INVALID", message)
