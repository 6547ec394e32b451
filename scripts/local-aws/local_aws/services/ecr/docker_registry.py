"""Debian's docker-registry: it keeps manifests and layers. It runs beside the local AWS from the first use on.

It listens on a socket in the folder of the local AWS, which the user of the local AWS alone can enter. So nobody
reaches it but through the front, which asks for a token.
"""

import contextlib
import http.client
import json
import os
import secrets
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from local_aws.core import children
from local_aws.core.errors import LocalAwsError
from local_aws.core.files import write_whole

from .images import known_digests
from .storage import remove_unknown

PROGRAM = "docker-registry"
START_LIMIT_SEC = 60
# An answer comes within this time after the last byte of its request. The registry hashes what it got meanwhile.
ANSWER_LIMIT_SEC = 600
COLLECT_LIMIT_SEC = 600
_CONFIG, _SOCKET, _OUTPUT, _STORAGE = "config.json", "socket", "output", "storage"


class RegistryUnavailable(LocalAwsError):
    """docker-registry is not installed, or does not run."""


class DockerRegistry:
    """Starts docker-registry at its first use, and asks it. Several threads may call it.

    `known` returns the digests of every repository by its id. What is not known was deleted, and is removed before
    docker-registry starts: while it runs, a layer without an image may be that of a push that is under way.
    """

    def __init__(self, folder: Path, known: Callable[[], Mapping[str, set[str]]]) -> None:
        self._folder = folder
        self._known = known
        self._turn = threading.Lock()
        self._child: children.Child | None = None
        self._entry = -1

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | Iterable[bytes] = b""
    ) -> http.client.HTTPResponse:
        """Sends a request, and returns the answer, whose body is still to be read.

        Raises RegistryUnavailable, OSError when docker-registry gives no answer, and what reading the body raises,
        which must not be an OSError.
        """
        self._start()
        given = dict(headers or {})
        chunked = not isinstance(body, bytes) and "Content-Length" not in given
        if chunked:
            given["Transfer-Encoding"] = "chunked"
        connection = _Connection(f"/proc/self/fd/{self._entry}/{_SOCKET}")
        try:
            # It may answer, and close the connection, before it has everything.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, path, body, {**given, "Connection": "close"}, encode_chunked=chunked)
            return connection.getresponse()
        except http.client.HTTPException as error:
            connection.close()
            raise OSError(f"{PROGRAM} gave no answer ({type(error).__name__})") from error
        except BaseException:
            connection.close()
            raise

    def _start(self) -> None:
        with self._turn:
            if self._child and self._child.runs:
                return
            if not shutil.which(PROGRAM):
                raise RegistryUnavailable(
                    f"images need the program {PROGRAM}, and it is not on the PATH: install Debian's package {PROGRAM}"
                )
            try:
                self._prepare()
                child = children.Child([PROGRAM, "serve", _CONFIG], self._folder, self._folder / _OUTPUT).start()
            except (OSError, subprocess.TimeoutExpired) as error:
                raise RegistryUnavailable(f"{PROGRAM} cannot start: {error}") from error
            self._wait_for(child)
            self._child = child

    def _prepare(self) -> None:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self._folder / _SOCKET).unlink(missing_ok=True)
        write_whole(self._folder / _CONFIG, json.dumps(self._configuration()).encode())
        if self._entry >= 0:  # it ended by itself, and pushes may be under way
            return
        # The path of a socket may have 107 characters, and a home has a longer one.
        self._entry = os.open(self._folder, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        if (self._folder / _STORAGE).exists():
            remove_unknown(self._folder / _STORAGE, self._known())
            # When it fails, garbage stays, and nothing else is wrong.
            subprocess.run(
                [PROGRAM, "garbage-collect", _CONFIG],
                cwd=self._folder, env={"PATH": os.environ.get("PATH", os.defpath)}, timeout=COLLECT_LIMIT_SEC,
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
            )  # fmt: skip

    def _configuration(self) -> dict[str, object]:
        # JSON is YAML. The secret signs the state of an upload, and no upload outlives docker-registry.
        return {
            "version": "0.1",
            "log": {"level": "error", "accesslog": {"disabled": True}},
            "storage": {"filesystem": {"rootdirectory": str(self._folder / _STORAGE)}},
            "http": {"net": "unix", "addr": _SOCKET, "relativeurls": True, "secret": secrets.token_hex(32)},
        }

    def _wait_for(self, child: children.Child) -> None:
        deadline = time.monotonic() + START_LIMIT_SEC
        while True:
            try:
                with socket.socket(socket.AF_UNIX) as probe:
                    probe.connect(f"/proc/self/fd/{self._entry}/{_SOCKET}")
                return
            except OSError:
                if not child.runs or time.monotonic() > deadline:
                    child.end()
                    raise RegistryUnavailable(f"{PROGRAM} does not start: see {self._folder / _OUTPUT}") from None
            time.sleep(0.01)


class _Connection(http.client.HTTPConnection):
    """A connection to a socket in a folder."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=ANSWER_LIMIT_SEC)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(ANSWER_LIMIT_SEC)
        self.sock.connect(self._path)


_registry: DockerRegistry | None = None


def attach(folder: Path) -> DockerRegistry:
    """Keeps images in a folder from now on."""
    global _registry
    _registry = DockerRegistry(folder, known_digests)
    return _registry


def registry() -> DockerRegistry:
    """Returns the registry of this process."""
    assert _registry is not None
    return _registry
