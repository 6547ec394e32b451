"""The resolver of machines: it answers AWS's names itself, and asks this host's resolvers for all others."""

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import dns.rrset
from dns.message import QueryMessage

from local_aws.core.aws_names import Kind, kind_of

HOST_RESOLVER = Path("/etc/resolv.conf")
# Questions that are open at a time. Further ones over UDP are dropped, and their senders ask again.
MOST_AT_A_TIME = 64
LIMIT_SEC = 5.0
TTL_SEC = 60
LARGEST_MESSAGE = 65535

Ask = Callable[[QueryMessage, str], dns.message.Message]


class Names:
    """The names that the local AWS answers itself.

    `address_of` returns the address of a resource, such as an instance, by its name.
    """

    def __init__(self, api: str, address_of: Callable[[str], str | None]) -> None:
        self._api = api
        self._address_of = address_of

    def answer(self, query: QueryMessage) -> dns.message.Message | None:
        """Returns the answer to a question about a name of AWS's. None: the name is somebody else's."""
        question = query.question[0]
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = kind_of(name)
        if kind is None:
            return None
        address = self._api if kind is Kind.API else self._address_of(name)
        answer = dns.message.make_response(query, recursion_available=True)
        if address is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif question.rdtype in (dns.rdatatype.A, dns.rdatatype.ANY):
            answer.answer.append(dns.rrset.from_text(question.name, TTL_SEC, "IN", "A", address))
        return answer


class Resolver:
    """Answers questions over UDP and TCP until it is closed."""

    def __init__(self, names: Names, udp: socket.socket, tcp: socket.socket) -> None:
        self._names = names
        self._udp, self._tcp = udp, tcp
        self._pool = ThreadPoolExecutor(MOST_AT_A_TIME, thread_name_prefix="resolver")
        self._free = threading.BoundedSemaphore(MOST_AT_A_TIME)
        self._closed = False

    def start(self) -> None:
        """Answers in threads of its own."""
        for serve in (self._serve_udp, self._serve_tcp):
            threading.Thread(target=serve, name="resolver", daemon=True).start()

    def close(self) -> None:
        """Answers no more, and closes its sockets."""
        self._closed = True
        for each in (self._udp, self._tcp):
            # Only this wakes a thread that waits for the socket.
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _serve_udp(self) -> None:
        for wire, sender in self._received(lambda: self._udp.recvfrom(LARGEST_MESSAGE)):
            self._in_pool(lambda wire=wire, sender=sender: self._answer_udp(wire, sender))

    def _serve_tcp(self) -> None:
        for connection, _sender in self._received(self._tcp.accept):
            if not self._in_pool(lambda connection=connection: self._answer_tcp(connection)):
                connection.close()

    def _received(self, receive: Callable[[], tuple[Any, Any]]) -> Iterator[tuple[Any, Any]]:
        while not self._closed:
            try:
                yield receive()
            except OSError:
                # It is closed, or this computer has no file or memory left for a moment.
                time.sleep(0.05)

    def _in_pool(self, action: Callable[[], None]) -> bool:
        if not self._free.acquire(blocking=False):
            return False

        def act() -> None:
            try:
                # A machine may send anything, and go away at any time.
                with contextlib.suppress(OSError, EOFError, dns.exception.DNSException):
                    action()
            finally:
                self._free.release()

        try:
            self._pool.submit(act)
        except RuntimeError:  # it is closed
            self._free.release()
            return False
        return True

    def _answer_udp(self, wire: bytes, sender: tuple[str, int]) -> None:
        query = _read(wire)
        answer = self._answer(query, _ask_over_udp)
        # A longer answer is cut off, and says so. The client then asks over TCP.
        self._udp.sendto(answer.to_wire(max_size=max(query.payload, 512), prefer_truncation=True), sender)

    def _answer_tcp(self, connection: socket.socket) -> None:
        with connection:
            connection.settimeout(LIMIT_SEC)
            while True:
                (length,) = struct.unpack("!H", _receive(connection, 2))
                answer = self._answer(_read(_receive(connection, length)), _ask_over_tcp)
                wire = answer.to_wire(max_size=LARGEST_MESSAGE)
                connection.sendall(struct.pack("!H", len(wire)) + wire)

    def _answer(self, query: QueryMessage, ask: Ask) -> dns.message.Message:
        own = self._names.answer(query)
        if own is not None:
            return own
        for server in host_resolvers():
            with contextlib.suppress(OSError, EOFError, dns.exception.DNSException):
                return ask(query, server)
        failed = dns.message.make_response(query, recursion_available=True)
        failed.set_rcode(dns.rcode.SERVFAIL)
        return failed


def host_resolvers() -> list[str]:
    """Returns the resolvers that this host asks now, also those on its loopback interface."""
    lines = HOST_RESOLVER.read_text().splitlines() if HOST_RESOLVER.exists() else []
    words = [line.split() for line in lines]
    return [each[1] for each in words if len(each) > 1 and each[0] == "nameserver" and _is_address(each[1])]


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _read(wire: bytes) -> QueryMessage:
    message = dns.message.from_wire(wire)
    if not isinstance(message, QueryMessage) or message.flags & dns.flags.QR or len(message.question) != 1:
        raise dns.exception.FormError("expected one question")
    return message


def _receive(connection: socket.socket, length: int) -> bytes:
    received = b""
    while len(received) < length:
        part = connection.recv(length - len(received))
        if not part:
            raise EOFError
        received += part
    return received


def _ask_over_udp(query: QueryMessage, server: str) -> dns.message.Message:
    return dns.query.udp(query, server, LIMIT_SEC, ignore_unexpected=True)


def _ask_over_tcp(query: QueryMessage, server: str) -> dns.message.Message:
    # Some resolvers answer over UDP alone.
    return dns.query.udp_with_fallback(query, server, LIMIT_SEC, ignore_unexpected=True)[0]
