"""HTTP as AWS's clients need it, on the loopback interface and, for machines, with TLS on AWS's own port.

Every answer is sent in one write. If headers and body are sent in two, Terraform's AWS provider fails at random under
load. It says "use of closed network connection", and its retries create things twice.
"""

import io
import socket
import ssl
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import BaseWSGIServer, DechunkedInput, make_server

from .errors import LocalAwsError
from .streams import stream_for

HOST = "127.0.0.1"
CHUNK_BYTES = 64 * 1024
# Headers that belong to one connection, and those that the handler sets itself.
_OWN_HEADERS = frozenset({"connection", "transfer-encoding", "date", "server"})


class Handler(MotoRequestHandler):
    """Reads a whole request, writes a whole answer, and keeps the connection open.

    What is large (`streams`) is read and written piece by piece.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 64 * 1024
    timeout = 75

    def handle_expect_100(self) -> bool:
        """Tells a waiting client to send the body. Flushes, since the write buffer would hold this back."""
        self.send_response_only(HTTPStatus.CONTINUE)
        self.end_headers()
        self.wfile.flush()
        return True

    def run_wsgi(self) -> None:
        """Answers one request.

        werkzeug's own method closes every connection, and waits 10 ms after each answer.
        """
        self.environ = self.make_environ()
        try:
            body = Body(self.environ, self.rfile)
            content = None if stream_for(self.environ) else body.readall()
        except (OSError, ValueError) as error:
            self.close_connection = True
            self.send_error(HTTPStatus.BAD_REQUEST, explain=f"the body cannot be read: {error}")
            return
        if content is None:
            self._stream(body)
        else:
            self._answer(content)

    def _answer(self, content: bytes) -> None:
        self.environ["wsgi.input"] = io.BytesIO(content)
        self.environ["CONTENT_LENGTH"] = str(len(content))
        self.environ.pop("HTTP_TRANSFER_ENCODING", None)
        self.environ.pop("wsgi.input_terminated", None)
        status, headers, body = collect(self.server.app, self.environ)
        has_body = self._send_head(status, headers)
        if has_body and not _has_length(headers):
            self.send_header("Content-Length", str(len(body)))
        self._end_head()
        if has_body:
            self.wfile.write(body)
        self.wfile.flush()

    def _stream(self, body: "Body") -> None:
        self.environ["wsgi.input"] = io.BufferedReader(body, CHUNK_BYTES)
        started: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
            started[:] = [status, headers]

        chunks = self.server.app(self.environ, _as_start_response(start_response))
        try:
            # The next request cannot be found behind a body that nobody read.
            self.close_connection |= not body.is_read
            has_body = self._send_head(*started)
            in_chunks = has_body and not _has_length(started[1])
            if in_chunks:
                self.send_header("Transfer-Encoding", "chunked")
            self._end_head()
            for chunk in chunks if has_body else ():
                self.wfile.write(b"%x\r\n%b\r\n" % (len(chunk), chunk) if in_chunks and chunk else chunk)
                self.wfile.flush()
            if in_chunks:
                self.wfile.write(b"0\r\n\r\n")
            self.wfile.flush()
        finally:
            close = getattr(chunks, "close", None)
            if close:
                close()

    def _send_head(self, status: str, headers: list[tuple[str, str]]) -> bool:
        """Sends status and headers, and says whether a body follows."""
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            if name.lower() not in _OWN_HEADERS:
                self.send_header(name, value)
        return self.command != "HEAD" and code not in ("204", "304")

    def _end_head(self) -> None:
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()

    def make_environ(self) -> WSGIEnvironment:
        """Returns moto's environment of a request. Its body has not been read."""
        environ = super().make_environ()
        # WSGI's names do not distinguish a dash from an underscore. A signature is of the names as they were sent.
        environ["local_aws.headers"] = self.headers
        return environ

    def log_request(self, *args: Any) -> None:
        """Logs nothing: the application logs calls by their AWS names."""


class Body(io.RawIOBase):
    """The body of a request, which is as long as its head says, or ends with a last chunk.

    Raises ValueError for a length that is no number, and OSError for chunks that are none.
    """

    def __init__(self, environ: WSGIEnvironment, connection: Any) -> None:
        self._chunks = DechunkedInput(connection) if "wsgi.input_terminated" in environ else None
        self._connection = connection
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal():
            raise ValueError(f"expected a Content-Length in bytes, got {length[:40]}")
        self._left = int(length)
        self.is_read = self._chunks is None and self._left == 0

    def readable(self) -> bool:
        """Says that it can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Reads what has arrived, into a buffer. Returns 0 at the end."""
        if self.is_read:
            return 0
        if self._chunks:
            count = self._chunks.readinto(buffer)
            self.is_read = count < len(buffer)
            return count
        part = self._connection.read1(min(len(buffer), self._left))
        buffer[: len(part)] = part
        self._took(part)
        return len(part)

    def readall(self) -> bytes:
        """Reads it to its end."""
        if self._chunks:
            self.is_read = True
            return io.BufferedReader(self._chunks).read()
        content = self._connection.read(self._left)
        self._took(content, self._left)
        return content

    def _took(self, part: bytes, least: int = 1) -> None:
        if len(part) < least:
            raise OSError("the connection ended before it did")
        self._left -= len(part)
        self.is_read = self._left == 0


def collect(application: WSGIApplication, environ: WSGIEnvironment) -> tuple[str, list[tuple[str, str]], bytes]:
    """Runs a WSGI application, and returns status line, headers and the whole body."""
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
        started[:] = [status, headers]

    chunks: Iterable[bytes] = application(environ, _as_start_response(start_response))
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close:
            close()
    return started[0], started[1], body


def _has_length(headers: list[tuple[str, str]]) -> bool:
    return any(name.lower() == "content-length" for name, _ in headers)


def _as_start_response(function: Any) -> StartResponse:
    return function


def listen(port: int) -> socket.socket:
    """Returns a socket that listens on the loopback interface alone. Port 0 picks a free one.

    Raises LocalAwsError when the port is taken.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        why = (error.strerror or str(error)).lower()
        raise LocalAwsError(
            f"cannot listen on {HOST}:{port} ({why}): stop the program that uses this port, or give another --port"
        ) from error
    return listener


def serve_on(
    listener: socket.socket,
    application: WSGIApplication,
    *,
    handler: type[Handler] = Handler,
    tls: ssl.SSLContext | None = None,
) -> BaseWSGIServer:
    """Returns a server with a thread a connection, on a socket that listens already."""
    address, port = listener.getsockname()
    server = make_server(
        address, port, application, threaded=True, request_handler=handler, fd=listener.fileno()
    )  # fmt: skip
    if tls:
        # Each connection shakes hands in its own thread. werkzeug would make all others wait for a slow client.
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        server.ssl_context = tls
    return server
