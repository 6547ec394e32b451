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

HOST = "127.0.0.1"


class Handler(MotoRequestHandler):
    """Reads a whole request, writes a whole answer, and keeps the connection open."""

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
        try:
            body = self._read_body()
        except (OSError, ValueError) as error:
            self.close_connection = True
            self.send_error(HTTPStatus.BAD_REQUEST, explain=f"the body cannot be read: {error}")
            return
        raw, self.rfile = self.rfile, io.BytesIO(body)
        try:
            self.environ = self.make_environ()
        finally:
            self.rfile = raw
        status, headers, body = collect(self.server.app, self.environ)
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            if name.lower() not in ("connection", "transfer-encoding", "date", "server"):
                self.send_header(name, value)
        bodiless = self.command == "HEAD" or code in ("204", "304")
        if not bodiless and not any(name.lower() == "content-length" for name, _ in headers):
            self.send_header("Content-Length", str(len(body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if not bodiless:
            self.wfile.write(body)
        self.wfile.flush()

    def make_environ(self) -> WSGIEnvironment:
        """Returns moto's environment of a request whose body has been read."""
        environ = super().make_environ()
        environ["wsgi.input"] = self.rfile
        # WSGI's names do not distinguish a dash from an underscore. A signature is of the names as they were sent.
        environ["local_aws.headers"] = self.headers
        environ["CONTENT_LENGTH"] = str(len(self.rfile.getvalue()))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ.pop("wsgi.input_terminated", None)
        return environ

    def log_request(self, *args: Any) -> None:
        """Logs nothing: the application logs calls by their AWS names."""

    def _read_body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return io.BufferedReader(DechunkedInput(self.rfile)).read()
        length = self.headers.get("Content-Length") or "0"
        if not length.isdecimal():
            raise ValueError(f"expected a Content-Length in bytes, got {length[:40]}")
        return self.rfile.read(int(length))


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
