"""The client of Docker, with a daemon that answers on a socket what a test wants."""

import http.server
import socket
import socketserver
import threading

import pytest
from local_aws.services.ecs.agent.docker import Docker, DockerError, DockerGone, split_image


@pytest.fixture
def daemon(tmp_path):
    """Returns a client, and what was asked. `answers` are (status, content type, body) by path."""
    asked, answers = [], {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            asked.append((self.command, self.path, body, self.headers.get("X-Registry-Auth")))
            status, kind, content = answers[self.path.partition("?")[0]]
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_DELETE = do_GET

        def address_string(self):
            return "test"

        def log_message(self, *_arguments):
            pass

    class Server(socketserver.ThreadingUnixStreamServer):
        daemon_threads = True

    path = str(tmp_path / "s")
    with Server(path, Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield Docker(lambda: connected(path)), asked, answers
        server.shutdown()


def connected(path):
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(path)
    return connection


def frame(stream, text):
    return bytes([stream, 0, 0, 0]) + len(text).to_bytes(4, "big") + text


def test_an_answer_is_json(daemon):
    docker, asked, answers = daemon
    answers["/containers/create"] = (201, "application/json", b'{"Id": "0a"}')
    assert docker.post("/containers/create", {"Image": "x"}, name="n") == {"Id": "0a"}
    assert asked[0][:3] == ("POST", "/containers/create?name=n", b'{"Image": "x"}')


def test_fails_with_the_daemon_s_own_words(daemon):
    docker, _asked, answers = daemon
    answers["/containers/x/json"] = (404, "application/json", b'{"message": "No such container: x"}')
    with pytest.raises(DockerError, match="No such container: x") as caught:
        docker.get("/containers/x/json")
    assert caught.value.status == 404


def test_fails_when_the_daemon_is_gone(tmp_path):
    with pytest.raises(DockerGone):
        Docker(lambda: connected(str(tmp_path / "absent"))).get("/version")


def test_a_pull_has_the_login_and_fails_with_what_its_progress_says(daemon):
    docker, asked, answers = daemon
    answers["/images/create"] = (200, "application/json", b'{"status": "x"}\n{"error": "denied"}\n')
    with pytest.raises(DockerError, match="denied"):
        docker.pull("r/app@sha256:0a", {"username": "AWS"})
    assert asked[0][1] == "/images/create?fromImage=r%2Fapp&tag=sha256%3A0a"
    assert asked[0][3] is not None


def test_lines_of_two_streams_are_told_apart(daemon):
    docker, _asked, answers = daemon
    content = frame(1, b"T1 a") + frame(2, b"T2 problem\n") + frame(1, b"b\nT3 c\n") + frame(1, b"T4 last")
    answers["/containers/x/logs"] = (200, "application/vnd.docker.multiplexed-stream", content)
    found = list(docker.logs("x", "0"))
    assert found == [("T2", b"problem"), ("T1", b"ab"), ("T3", b"c"), ("T4", b"last")]


def test_a_terminal_has_one_stream(daemon):
    docker, _asked, answers = daemon
    answers["/containers/x/logs"] = (200, "application/vnd.docker.raw-stream", b"T1 a\r\nT2 b\r\n")
    assert [text for _moment, text in docker.logs("x", "0")] == [b"a\r", b"b\r"]


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("app", ("app", "latest")),
        ("app:1", ("app", "1")),
        ("localhost:5000/app", ("localhost:5000/app", "latest")),
        ("localhost:5000/app:1", ("localhost:5000/app", "1")),
        ("r/app@sha256:0a", ("r/app", "sha256:0a")),
        ("r/app:1@sha256:0a", ("r/app", "sha256:0a")),
    ],
)
def test_an_image_has_a_repository_and_a_tag_or_digest(image, expected):
    assert split_image(image) == expected


def test_an_empty_answer_is_nothing(daemon):
    docker, _asked, answers = daemon
    answers["/containers/x/start"] = (204, "text/plain", b"")
    assert docker.post("/containers/x/start") is None
