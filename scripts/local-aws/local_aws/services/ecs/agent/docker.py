"""A client of a Docker daemon, as far as the agent needs it. It speaks HTTP to the daemon's socket.

Source: https://docs.docker.com/reference/api/engine/version/v1.45/ (read 2026-11).
"""

import base64
import http.client
import json
import socket
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

TIMEOUT_SEC = 60
SOCKET = "/run/docker.sock"
# Of one frame of a container's output: its stream, three bytes of nothing, and its length.
_HEADER_BYTES = 8


class DockerError(Exception):
    """What the daemon answers to a request that fails."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class DockerGone(Exception):
    """The daemon does not answer: it is off, starts, or its machine is off."""


class Docker:
    """The daemon behind a socket. `connect` connects to it. Several threads may call it."""

    def __init__(self, connect: Callable[[], socket.socket]) -> None:
        self._connect = connect

    def get(self, path: str, **query: Any) -> Any:
        """Returns the answer of a GET. Raises DockerError, DockerGone."""
        return self._json("GET", path, query)

    def post(self, path: str, body: Any = None, timeout_sec: float = TIMEOUT_SEC, **query: Any) -> Any:
        """Returns the answer of a POST. Raises DockerError, DockerGone."""
        return self._json("POST", path, query, body, timeout_sec)

    def delete(self, path: str, **query: Any) -> None:
        """Deletes something. Raises DockerError, DockerGone."""
        self._json("DELETE", path, query)

    def pull(self, image: str, auth: dict[str, str] | None = None) -> None:
        """Pulls an image. Raises DockerError with the daemon's own words, DockerGone."""
        name, tag = split_image(image)
        headers = {}
        if auth:
            headers["X-Registry-Auth"] = base64.urlsafe_b64encode(json.dumps(auth).encode()).decode()
        with self._open("POST", "/images/create", {"fromImage": name, "tag": tag}, headers=headers) as answer:
            for line in answer:
                told = json.loads(line)
                if "error" in told:
                    raise DockerError(500, told["error"])

    def logs(self, container_id: str, since: str) -> Iterator[tuple[str, bytes]]:
        """Yields lines of a container's output with their times, until it ends. `since` is a time in Unix seconds."""
        query = {"follow": 1, "stdout": 1, "stderr": 1, "timestamps": 1, "since": since}
        rest = {1: b"", 2: b""}
        with self._open("GET", f"/containers/{container_id}/logs", query, timeout_sec=None) as answer:
            for stream, data in _frames(answer) if answer.has_frames else _pieces(answer):
                *lines, rest[stream] = (rest.get(stream, b"") + data).split(b"\n")
                for line in lines:
                    moment, _, text = line.partition(b" ")
                    yield moment.decode(), text
        for line in filter(None, rest.values()):
            moment, _, text = line.partition(b" ")
            yield moment.decode(), text

    def _json(
        self, method: str, path: str, query: dict[str, Any], body: Any = None, timeout_sec: float = TIMEOUT_SEC
    ) -> Any:
        with self._open(method, path, query, body, timeout_sec=timeout_sec) as answer:
            content = answer.read()
        return json.loads(content) if content.strip() else None

    def _open(
        self,
        method: str,
        path: str,
        query: dict[str, Any],
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        timeout_sec: float | None = TIMEOUT_SEC,
    ) -> "_Answer":
        connection = _Connection(self._connect, timeout_sec)
        content = None if body is None else json.dumps(body).encode()
        target = f"{path}?{urlencode(query)}" if query else path
        try:
            connection.request(method, target, content, {"Content-Type": "application/json", **(headers or {})})
            response = connection.getresponse()
            if response.status >= http.client.BAD_REQUEST:
                raise DockerError(response.status, _message(response.read()))
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise DockerGone(str(error)) from error
        except DockerError:
            connection.close()
            raise
        return _Answer(connection, response)


class _Answer:
    """An answer that is read within `with`. A daemon that goes away meanwhile raises DockerGone."""

    def __init__(self, connection: http.client.HTTPConnection, response: http.client.HTTPResponse) -> None:
        self._connection, self._response = connection, response

    def __enter__(self) -> "_Answer":
        return self

    def __exit__(self, *_error: object) -> None:
        self._connection.close()

    @property
    def has_frames(self) -> bool:
        """Says whether frames tell two streams apart. A container with a terminal has one stream."""
        return "multiplexed" in self._response.headers.get("Content-Type", "")

    def __iter__(self) -> Iterator[bytes]:
        while line := self._told(self._response.readline):
            if line.strip():
                yield line

    def read(self, size: int | None = None) -> bytes:
        return self._told(lambda: self._response.read(size))

    def _told(self, read: Callable[[], bytes]) -> bytes:
        try:
            return read()
        except (OSError, http.client.HTTPException, AttributeError) as error:
            raise DockerGone(str(error)) from error


class _Connection(http.client.HTTPConnection):
    def __init__(self, connect: Callable[[], socket.socket], timeout_sec: float | None) -> None:
        super().__init__("docker")
        self._connect_to_socket = connect
        self._limit_sec = timeout_sec

    def connect(self) -> None:
        self.sock = self._connect_to_socket()
        self.sock.settimeout(self._limit_sec)


def split_image(image: str) -> tuple[str, str]:
    """Returns the repository of an image, and its tag or digest. A repository alone means the tag `latest`."""
    repository, _, digest = image.partition("@")
    if digest:
        return _without_tag(repository)[0], digest
    return _without_tag(repository)


def _without_tag(name: str) -> tuple[str, str]:
    repository, colon, tag = name.rpartition(":")
    # The colon of a registry's port is before a slash.
    return (repository, tag) if colon and "/" not in tag else (name, "latest")


def _frames(answer: _Answer) -> Iterator[tuple[int, bytes]]:
    while len(header := answer.read(_HEADER_BYTES)) == _HEADER_BYTES:
        yield header[0], answer.read(int.from_bytes(header[4:], "big"))


def _pieces(answer: _Answer) -> Iterator[tuple[int, bytes]]:
    for line in answer:
        yield 1, line


def _message(content: bytes) -> str:
    try:
        return json.loads(content)["message"]
    except (ValueError, KeyError, TypeError):
        return content.decode(errors="replace").strip()
