"""The registry as Docker's clients see it: the names, tokens and rules of ECR, before docker-registry.

Layers go through it piece by piece. It finds repositories, images and tags in the state of the API, and asks
docker-registry for contents alone.
"""

import contextlib
import datetime
import json
import re
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from urllib.parse import parse_qs, urlencode
from wsgiref.types import StartResponse, WSGIEnvironment

from local_aws.core.background import Ending, background
from local_aws.core.transport import CHUNK_BYTES

from . import images, pushes
from .asked import Asked, ClientGone
from .docker_registry import DockerRegistry, RegistryUnavailable
from .hosts import registry_named
from .manifests import DIGEST, MEDIA_TYPES
from .refusals import Headers, Refusal, not_authorized, unknown_image, unsupported
from .tokens import ExpiredToken, RegistryName, Tokens, WrongToken, password_of

_VERSION = ("Docker-Distribution-Api-Version", "registry/2.0")
_ROUTES = (
    (re.compile(r"/v2/(?P<name>.+)/tags/list"), "tags"),
    (re.compile(r"/v2/(?P<name>.+)/manifests/(?P<reference>[^/]+)"), "manifest"),
    (re.compile(r"/v2/(?P<name>.+)/blobs/(?P<digest>sha256:[0-9a-f]{64})"), "blob"),
    (re.compile(r"/v2/(?P<name>.+)/blobs/uploads/(?P<upload>[0-9a-f-]*)"), "upload"),
)
# What docker-registry's own answers say of a connection that is not the client's.
_NOT_PASSED = frozenset({"connection", "transfer-encoding", "date"})


class Front:
    """Answers Docker's clients (WSGI)."""

    def __init__(self, registry: DockerRegistry, tokens: Tokens) -> None:
        self._registry = registry
        self._tokens = tokens

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one request."""
        try:
            return self._answer(environ, start_response)
        except Refusal as refusal:
            problem = refusal
        except RegistryUnavailable as error:
            # Clients try again after an error of the server, and do not print it.
            problem = Refusal(HTTPStatus.BAD_REQUEST, "UNAVAILABLE", str(error))
        except ClientGone as error:
            problem = Refusal(HTTPStatus.BAD_REQUEST, "SIZE_INVALID", str(error))
        except Ending:
            problem = Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "UNAVAILABLE", "the local AWS ends")
        except OSError as error:
            problem = Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, "UNKNOWN", f"it failed inside the local AWS: {error}")
        return _send(start_response, problem.status, problem.headers, problem.body)

    def _answer(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        registry = self._opened(environ)
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        if path in ("/v2", "/v2/"):
            return _send(start_response, HTTPStatus.OK, [("Content-Type", "application/json")], b"{}")
        for pattern, kind in _ROUTES:
            found = pattern.fullmatch(path)
            if found:
                handle: Callable[..., Iterable[bytes]] = getattr(self, f"_{kind}")
                return handle(Asked(environ, start_response, method, registry, **found.groupdict()))
        raise unsupported(f"{method} {path[:100]}")

    def _opened(self, environ: WSGIEnvironment) -> RegistryName:
        """Returns the registry that the token of a request opens. Raises Refusal."""
        host = environ.get("HTTP_HOST", "")
        realm = f"{environ['wsgi.url_scheme']}://{host}/"
        try:
            token = password_of(environ.get("HTTP_AUTHORIZATION", ""))
            opened = self._tokens.read(token, datetime.datetime.now(datetime.UTC))
        except ExpiredToken:
            message = "Your authorization token has expired. Reauthenticate and try again."
            raise not_authorized("DENIED", message, realm) from None
        except WrongToken:
            raise not_authorized("UNAUTHORIZED", "Not Authorized", realm) from None
        named = registry_named(host)
        if named not in (None, opened):
            raise Refusal(
                HTTPStatus.FORBIDDEN,
                "DENIED",
                f"the token is for the registry of {opened.account} in {opened.region}, "
                f"and {host} is that of {named.account} in {named.region}",
            )
        return opened

    def _tags(self, asked: Asked) -> Iterable[bytes]:
        if asked.method not in ("GET", "HEAD"):
            raise unsupported(f"{asked.method} of tags")
        tags = sorted(asked.record()["tags"])
        body = json.dumps({"name": asked.name, "tags": tags}).encode()
        return _send(asked.start_response, HTTPStatus.OK, [("Content-Type", "application/json")], body)

    def _manifest(self, asked: Asked) -> Iterable[bytes]:
        if asked.method == "PUT":
            return self._push(asked)
        if asked.method not in ("GET", "HEAD"):
            raise unsupported(f"{asked.method} of a manifest")
        record = asked.record()
        by = "imageDigest" if DIGEST.fullmatch(asked.reference) else "imageTag"
        digest = images.digest_for(record, {by: asked.reference})
        if digest is None:
            raise unknown_image()
        path = f"/v2/{record['id']}/manifests/{digest}"
        return self._pass(asked, self._registry.ask(asked.method, path, {"Accept": ",".join(MEDIA_TYPES)}))

    def _push(self, asked: Asked) -> Iterable[bytes]:
        manifest, tag = asked.read_manifest()
        backend, repository = asked.backend, asked.repository()
        with _in_registrys_words():
            pushes.require_acceptable(asked.record(), repository, manifest, tag)
        path = f"/v2/{asked.repository_id()}/manifests/{manifest.digest}"
        answer = self._registry.ask("PUT", path, {"Content-Type": manifest.media_type}, manifest.content)
        if answer.status != HTTPStatus.CREATED:
            return self._pass(asked, answer)
        answer.close()
        with background.change(), _in_registrys_words():
            # It may have been deleted, and its tag taken, in the meantime.
            pushes.add(backend, asked.repository(), manifest, tag)
        # The repository itself is saved later than its images.
        background.wait_until_saved()
        headers = [
            ("Location", f"/v2/{asked.name}/manifests/{manifest.digest}"),
            ("Docker-Content-Digest", manifest.digest),
        ]
        return _send(asked.start_response, HTTPStatus.CREATED, headers, b"")

    def _blob(self, asked: Asked) -> Iterable[bytes]:
        if asked.method not in ("GET", "HEAD"):
            raise unsupported(f"{asked.method} of a layer")
        path = f"/v2/{asked.repository_id()}/blobs/{asked.digest}"
        return self._pass(asked, self._registry.ask(asked.method, path, asked.headers()))

    def _upload(self, asked: Asked) -> Iterable[bytes]:
        query = parse_qs(asked.environ.get("QUERY_STRING", ""))
        # A layer of another repository is not mounted. A client then uploads it.
        kept = urlencode([(name, query[name][0]) for name in ("_state", "digest") if name in query])
        path = f"/v2/{asked.repository_id()}/blobs/uploads/{asked.upload}{f'?{kept}' if kept else ''}"
        return self._pass(asked, self._registry.ask(asked.method, path, asked.headers(), asked.body()))

    def _pass(self, asked: Asked, answer: HTTPResponse) -> Iterable[bytes]:
        """Passes an answer of docker-registry on, with the repository's name in place of its id."""
        headers = [(name, value) for name, value in answer.getheaders() if name.lower() not in _NOT_PASSED]
        named = [(name, asked.with_name(value) if name.lower() == "location" else value) for name, value in headers]
        asked.start_response(f"{answer.status} {answer.reason}", named)
        return _pieces(answer)


@contextlib.contextmanager
def _in_registrys_words() -> Iterator[None]:
    """Turns what ECR refuses of a push into an answer to a client."""
    try:
        yield
    except images.TagTaken as problem:
        raise Refusal(HTTPStatus.BAD_REQUEST, "TAG_INVALID", str(problem)) from None
    except pushes.MissingMembers as problem:
        raise Refusal(HTTPStatus.BAD_REQUEST, "MANIFEST_BLOB_UNKNOWN", str(problem)) from None


def _pieces(answer: HTTPResponse) -> Iterator[bytes]:
    with answer:
        try:
            while piece := answer.read1(CHUNK_BYTES):
                yield piece
        except HTTPException as error:
            raise ConnectionError("docker-registry ended in the midst of an answer") from error


def _send(start_response: StartResponse, status: HTTPStatus, headers: Headers, body: bytes) -> list[bytes]:
    start_response(f"{status.value} {status.phrase}", [*headers, _VERSION, ("Content-Length", str(len(body)))])
    return [body]
