"""Large requests and answers go through the server piece by piece."""

import contextlib
import http.client
import queue
import socket
import threading

import pytest
from local_aws.core import streams
from local_aws.core.transport import listen, serve_on

LIMIT_SEC = 60


@pytest.fixture
def serve(monkeypatch):
    """Serves an application, and returns a connection to it. Requests to the host `stream` are streams."""
    monkeypatch.setattr(streams, "_streams", [])
    with contextlib.ExitStack() as stack:

        def connect(application) -> socket.socket:
            streams.add_stream(lambda environ: environ["HTTP_HOST"] == "stream", application)
            with listen(0) as listener:
                server = serve_on(listener, application)
            stack.callback(server.shutdown)
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            return stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=LIMIT_SEC))

        yield connect


def begin(connection: socket.socket, *head: str) -> None:
    lines = ["PUT / HTTP/1.1", "Host: stream", *head, "", ""]
    connection.sendall("\r\n".join(lines).encode())


def answer_of(connection: socket.socket) -> http.client.HTTPResponse:
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    return answer


def echo(environ, start_response):
    """Answers with the body of the request."""
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def test_the_first_half_of_a_request_is_there_before_the_second_is_sent(serve):
    received = queue.Queue()

    def application(environ, start_response):
        while piece := environ["wsgi.input"].read1(100):
            received.put(piece)
        start_response("200 OK", [("Content-Length", "0")])
        return []

    connection = serve(application)
    begin(connection, "Content-Length: 10")
    connection.sendall(b"first")
    assert received.get(timeout=LIMIT_SEC) == b"first"
    connection.sendall(b"other")
    assert received.get(timeout=LIMIT_SEC) == b"other"
    assert answer_of(connection).status == 200


def test_the_first_half_of_an_answer_arrives_before_the_second_is_made(serve):
    arrived = threading.Event()

    def application(_environ, start_response):
        start_response("200 OK", [])
        yield b"first"
        assert arrived.wait(LIMIT_SEC)
        yield b"other"

    connection = serve(lambda environ, start_response: begun(application(environ, start_response)))
    begin(connection)
    answer = answer_of(connection)
    assert answer.read(5) == b"first"
    arrived.set()
    assert answer.read() == b"other"


def begun(pieces):
    """Runs a generator to its first piece, as an application does that starts its answer before it returns."""
    first = next(pieces)

    def all_pieces():
        yield first
        yield from pieces

    return all_pieces()


def test_a_body_sent_in_chunks_is_a_stream(serve):
    connection = serve(echo)
    begin(connection, "Transfer-Encoding: chunked")
    connection.sendall(b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n")
    assert answer_of(connection).read() == b"onetwo"


def test_the_next_request_comes_over_the_same_connection(serve):
    connection = serve(echo)
    for body in (b"one", b"two"):
        begin(connection, f"Content-Length: {len(body)}")
        connection.sendall(body)
        assert answer_of(connection).read() == body


def test_a_body_that_nobody_read_is_not_taken_for_the_next_request(serve):
    def refuse(_environ, start_response):
        start_response("403 Forbidden", [("Content-Length", "0")])
        return []

    connection = serve(refuse)
    begin(connection, "Content-Length: 100")
    answer = answer_of(connection)
    assert (answer.status, answer.headers["Connection"]) == (403, "close")


@pytest.mark.parametrize("read", ["read", "read1"])
def test_fails_to_read_a_body_that_ends_too_early(serve, read):
    problems = queue.Queue()

    def application(environ, start_response):
        try:
            while getattr(environ["wsgi.input"], read)():
                pass
        except OSError as error:
            problems.put(str(error))
        start_response("400 Bad Request", [("Content-Length", "0")])
        return []

    connection = serve(application)
    begin(connection, "Content-Length: 10")
    connection.sendall(b"first")
    connection.shutdown(socket.SHUT_WR)
    assert problems.get(timeout=LIMIT_SEC) == "the connection ended before it did"


def test_a_request_for_another_host_is_no_stream(serve):
    serve(echo)
    assert streams.stream_for({"HTTP_HOST": "another"}) is None
    assert streams.stream_for({"HTTP_HOST": "stream"}) is echo
