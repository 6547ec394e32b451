"""Sockets in other network namespaces."""

import ctypes
import os
import socket
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

CLONE_NEWNET = 0x40000000
BACKLOG = 128
Result = TypeVar("Result")

# Python has os.setns only from version 3.12 on.
_libc = ctypes.CDLL(None, use_errno=True)


def listen_in(namespace: Path, address: str, port: int, kind: socket.SocketKind) -> socket.socket:
    """Returns a socket that is bound to an address in a network namespace. One for streams listens.

    It stays in that namespace, whichever thread uses it, and keeps the namespace alive. Raises OSError.
    """

    def bind() -> socket.socket:
        made = socket.socket(socket.AF_INET, kind)
        try:
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            made.bind((address, port))
            if kind is socket.SOCK_STREAM:
                made.listen(BACKLOG)
        except OSError:
            made.close()
            raise
        return made

    return _within(namespace, bind)


def connect_in(namespace: Path, address: str, port: int, limit_sec: float) -> socket.socket:
    """Returns a connection from within a network namespace, which it keeps alive. Raises OSError."""
    return _within(namespace, lambda: socket.create_connection((address, port), limit_sec))


def _within(namespace: Path, action: Callable[[], Result]) -> Result:
    # The thread alone changes its namespace, and ends. Every other thread stays in this host's.
    results: list[Result] = []
    errors: list[OSError] = []

    def act() -> None:
        try:
            _enter(namespace)
            results.append(action())
        except OSError as error:
            errors.append(error)

    thread = threading.Thread(target=act, name=f"enter {namespace.name}")
    thread.start()
    thread.join()
    if errors:
        raise errors[0]
    return results[0]


def _enter(namespace: Path) -> None:
    descriptor = os.open(namespace, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if _libc.setns(descriptor, CLONE_NEWNET):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(namespace))
    finally:
        os.close(descriptor)
