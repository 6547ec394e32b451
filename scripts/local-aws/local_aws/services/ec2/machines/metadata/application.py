"""The HTTP side of the metadata service: versions, tokens of IMDSv2, and the options of the instance.

Source of the status codes: https://repost.aws/knowledge-center/ec2-linux-metadata-retrieval (read 2026-11).
"""

import socket
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from local_aws.core.background import Ending
from local_aws.core.transport import Handler

from .categories import CredentialsOf, tree_of
from .tokens import LONGEST_SEC, Tokens
from .tree import content_of, find

# Those that programs ask for: cloud-init 25.1, AWS's SDKs, Ohai. All of them have the same content here.
VERSIONS = (
    "2009-04-04", "2012-01-12", "2014-02-25", "2014-11-05", "2016-09-02", "2018-09-24", "2019-10-01", "2020-10-27",
    "2021-01-03", "2021-03-23", "2021-07-15", "2022-09-24", "2024-04-11", "latest",
)  # fmt: skip
TTL = "X-aws-ec2-metadata-token-ttl-seconds"
READ_ATTEMPTS = 20
_TEXT = ("Content-Type", "text/plain")
Answer = tuple[HTTPStatus, list[tuple[str, str]], bytes]


class MetadataHandler(Handler):
    """Closes each connection after its answer, and has the server's name of AWS's, which programs look for."""

    def run_wsgi(self) -> None:
        """Answers one request."""
        # The hop limit of an answer belongs to its connection, and must hold for what the kernel sends again.
        self.close_connection = True
        super().run_wsgi()

    def version_string(self) -> str:
        """Returns the header Server."""
        return "EC2ws"


class Metadata:
    """Answers each instance about itself (WSGI).

    `instance_at` finds the instance that has an address.
    """

    def __init__(self, instance_at: Callable[[str], Any], credentials_of: CredentialsOf) -> None:
        self._instance_at = instance_at
        self._credentials_of = credentials_of
        self._tokens = Tokens()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        """Answers one request."""
        try:
            status, headers, body = self._answer(environ)
        except Ending:
            status, headers, body = _problem(HTTPStatus.SERVICE_UNAVAILABLE)
        start_response(f"{status.value} {status.phrase}", headers)
        return [body]

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        instance = self._instance_at(environ["REMOTE_ADDR"])
        if instance is None or instance.metadata_options.http_endpoint != "enabled":
            return _problem(HTTPStatus.FORBIDDEN)
        method, path = environ["REQUEST_METHOD"], [part for part in environ["PATH_INFO"].split("/") if part]
        if method == "PUT" and path == ["latest", "api", "token"]:
            return self._token(instance, environ)
        if method not in ("GET", "HEAD"):
            return _problem(HTTPStatus.METHOD_NOT_ALLOWED)
        headers = [_TEXT]
        token = environ.get("HTTP_X_AWS_EC2_METADATA_TOKEN")
        if token is not None:
            left = self._tokens.seconds_left(token, instance.id)
            if left is None:
                return _problem(HTTPStatus.UNAUTHORIZED)
            headers.append((TTL, str(left)))
        elif instance.metadata_options.http_tokens == "required":
            return _problem(HTTPStatus.UNAUTHORIZED)
        if not path:
            return HTTPStatus.OK, headers, "\n".join(VERSIONS).encode()
        content = self._read(instance, path[1:]) if path[0] in VERSIONS else None
        return _problem(HTTPStatus.NOT_FOUND) if content is None else (HTTPStatus.OK, headers, content)

    def _read(self, instance: Any, path: list[str]) -> bytes | None:
        for attempt in range(READ_ATTEMPTS):
            try:
                node = find(tree_of(instance, self._credentials_of), path)
                return None if node is None else content_of(node)
            except RuntimeError as error:
                # A call may make a dictionary of moto's grow meanwhile.
                if "changed size during iteration" not in str(error):
                    raise
                time.sleep(0.005 * attempt)
        raise TimeoutError(f"the state of {instance.id} kept changing")

    def _token(self, instance: Any, environ: WSGIEnvironment) -> Answer:
        # Before anything is sent: no answer of this connection goes further, whatever it says.
        connection: socket.socket = environ["werkzeug.socket"]
        hops = int(instance.metadata_options.http_put_response_hop_limit)
        connection.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, hops)
        # A proxy that passes requests of others on adds this header.
        if "HTTP_X_FORWARDED_FOR" in environ:
            return _problem(HTTPStatus.FORBIDDEN)
        wanted = environ.get("HTTP_X_AWS_EC2_METADATA_TOKEN_TTL_SECONDS", "")
        if not (wanted.isascii() and wanted.isdecimal()) or not 1 <= int(wanted) <= LONGEST_SEC:
            return _problem(HTTPStatus.BAD_REQUEST)
        return HTTPStatus.OK, [_TEXT, (TTL, wanted)], self._tokens.make(instance.id, int(wanted)).encode()


def _problem(status: HTTPStatus) -> Answer:
    title = f"{status.value} - {status.phrase}"
    page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>\n"
    return status, [("Content-Type", "text/html")], page.encode()
