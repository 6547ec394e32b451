"""The stand-in for Session Manager's data channel: a port of this computer's loopback interface.

Each connection begins with one line: the token of a session, and `hold` or `join`. The answer is one line: `ok`, or a
sentence. A connection that holds keeps its session alive, and ends with it. A connection that joins is joined to the
port that the session forwards. Machines do not reach the loopback interface of this computer, nor do other computers.
"""

import contextlib
import hmac
import socket
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from local_aws.core.background import Ending
from local_aws.core.errors import LocalAwsError

from .fleet import Fleet

LINE_BYTES = 256
LINE_LIMIT_SEC = 10
CHUNK_BYTES = 64 * 1024
HOST = "127.0.0.1"


@dataclass(frozen=True)
class Forwarding:
    """What a session forwards to: a port of a host, as the machine reaches it."""

    session_id: str
    instance_id: str
    host: str
    port: int


@dataclass
class _Session:
    token: str
    forwarding: Forwarding
    on_end: Callable[[], None]
    connections: set[socket.socket] = field(default_factory=set)


class Door:
    """Listens as long as the process lives. `change` is held while a session ends."""

    def __init__(self, fleet: Fleet, change: Callable[[], AbstractContextManager[None]]) -> None:
        self._fleet = fleet
        self._change = change
        self._sessions: dict[str, _Session] = {}
        self._listener = socket.create_server((HOST, 0))
        threading.Thread(target=self._listen, name="sessions", daemon=True).start()

    def admit(self, token: str, forwarding: Forwarding, on_end: Callable[[], None]) -> str:
        """Lets the bearer of a token in, and returns where to. `on_end` is called when the session is given up."""
        self._sessions[forwarding.session_id] = _Session(token, forwarding, on_end)
        return f"tcp://{HOST}:{self._listener.getsockname()[1]}/{forwarding.session_id}"

    def dismiss(self, session_id: str) -> None:
        """Ends the connections of a session, and lets its bearer in no more."""
        session = self._sessions.pop(session_id, None)
        for connection in list(session.connections) if session else ():
            _end(connection)

    def _listen(self) -> None:
        while True:
            connection, _address = self._listener.accept()
            threading.Thread(target=self._serve, args=[connection], daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.settimeout(LINE_LIMIT_SEC)
            token, _, wish = _read_line(connection).partition(" ")
            connection.settimeout(None)
            session = self._session_of(token)
            if session is None or wish not in ("hold", "join"):
                connection.sendall(b"the session does not exist, or has ended\n")
                return
            session.connections.add(connection)
            try:
                self._hold(connection, session) if wish == "hold" else self._join(connection, session)
            finally:
                session.connections.discard(connection)

    def _session_of(self, token: str) -> _Session | None:
        # Every token is compared, in a time that says nothing of it.
        found = [
            each for each in list(self._sessions.values()) if hmac.compare_digest(each.token.encode(), token.encode())
        ]
        return found[0] if found else None

    def _hold(self, connection: socket.socket, session: _Session) -> None:
        connection.sendall(b"ok\n")
        with contextlib.suppress(OSError):
            while connection.recv(CHUNK_BYTES):
                pass
        self.dismiss(session.forwarding.session_id)
        with contextlib.suppress(Ending), self._change():
            session.on_end()

    def _join(self, connection: socket.socket, session: _Session) -> None:
        to = session.forwarding
        try:
            other = self._fleet.connect(to.instance_id, to.host, to.port)
        except LocalAwsError as error:
            connection.sendall(f"{error}\n".encode())
            return
        with other:
            other.settimeout(None)
            connection.sendall(b"ok\n")
            back = threading.Thread(target=_copy, args=[other, connection], daemon=True)
            back.start()
            _copy(connection, other)
            back.join()


def _read_line(connection: socket.socket) -> str:
    line = b""
    while not line.endswith(b"\n") and len(line) < LINE_BYTES:
        # Byte by byte: what comes after the line is for the machine.
        byte = connection.recv(1)
        if not byte:
            break
        line += byte
    return line.decode("ascii", "replace").strip()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(CHUNK_BYTES):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _end(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
