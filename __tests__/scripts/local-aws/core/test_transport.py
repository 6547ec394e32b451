"""HTTP: answers arrive in one piece, connections stay open, and a body may be sent in any way."""

import http.client
import socket
import ssl
import sys
import threading
import urllib.parse

import pytest
from local_aws.core.certificates import keep_authority
from local_aws.core.transport import listen, serve_on
from signing import key_of, sign

CALLS, THREADS = 1500, 8
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
DESCRIBE = urllib.parse.urlencode({"Action": "DescribeVolumes", "Version": "2016-11-15"})


def describe_headers(aws) -> dict[str, str]:
    return sign(key_of(aws.home), "POST", f"{aws.url}/", DESCRIBE.encode(), FORM)


def describe_head(aws, *more: str) -> str:
    """Returns the head of a request that describes the volumes."""
    headers = {"Host": f"127.0.0.1:{aws.port}", **describe_headers(aws), "Content-Length": str(len(DESCRIBE))}
    lines = ["POST / HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), *more]
    return "".join(f"{line}\r\n" for line in lines) + "\r\n"


def test_1500_calls_over_kept_connections_all_succeed(aws):
    failures, connections, headers = [], [], describe_headers(aws)

    def call_again_and_again() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", aws.port, timeout=600)
        connection.connect()
        first_socket = connection.sock
        for _ in range(CALLS // THREADS + 1):
            try:
                connection.request("POST", "/", DESCRIBE, headers)
                answer = connection.getresponse()
                if answer.status != 200 or b"DescribeVolumesResponse" not in answer.read():
                    failures.append(answer.status)
            except OSError as error:
                failures.append(error)
        connections.append(connection.sock is first_socket)
        connection.close()

    threads = [threading.Thread(target=call_again_and_again) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=600)
    assert failures == []
    assert connections == [True] * THREADS


def test_an_answer_arrives_in_one_piece(aws):
    request = describe_head(aws) + DESCRIBE
    with socket.create_connection(("127.0.0.1", aws.port), timeout=600) as connection:
        for _ in range(50):
            connection.sendall(request.encode())
            assert connection.recv(1 << 16).rstrip().endswith(b"</DescribeVolumesResponse>")


def test_a_body_sent_in_chunks_is_read(aws):
    body = b"sent in two chunks"
    aws.client("s3").create_bucket(Bucket="chunks", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    connection = http.client.HTTPConnection("127.0.0.1", aws.port, timeout=600)
    signed = sign(key_of(aws.home), "PUT", f"{aws.url}/chunks/key", body, service="s3")
    connection.request("PUT", "/chunks/key", iter([body[:5], body[5:]]), signed)
    assert connection.getresponse().status == 200
    assert aws.client("s3").get_object(Bucket="chunks", Key="key")["Body"].read() == body


def test_a_client_that_waits_before_its_body_gets_100_continue(aws):
    head = describe_head(aws, "Expect: 100-continue")
    with socket.create_connection(("127.0.0.1", aws.port), timeout=600) as connection:
        connection.sendall(head.encode())
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 100 ")
        connection.sendall(DESCRIBE.encode())
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 200 ")


def test_the_head_of_an_object_has_its_length_and_no_body(aws):
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="heads", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="heads", Key="key", Body=b"12345")
    assert s3.head_object(Bucket="heads", Key="key")["ContentLength"] == 5
    assert s3.get_object(Bucket="heads", Key="key")["Body"].read() == b"12345"


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's table of listening sockets")
def test_it_listens_on_the_loopback_interface_only(aws):
    with open("/proc/net/tcp") as ipv4, open("/proc/net/tcp6") as ipv6:
        lines = [line.split() for table in (ipv4, ipv6) for line in table]
    listening = [line[1] for line in lines if len(line) > 3 and line[3] == "0A"]
    assert [address for address in listening if address.endswith(f":{aws.port:04X}")] == [f"0100007F:{aws.port:04X}"]


@pytest.mark.parametrize(
    ("headers", "body"),
    [("Content-Length: x", b""), ("Content-Length: -1", b""), ("Transfer-Encoding: chunked", b"x\r\n")],
)
def test_a_body_that_cannot_be_read_is_a_bad_request(aws, headers, body):
    with socket.create_connection(("127.0.0.1", aws.port), timeout=600) as connection:
        connection.sendall(f"POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}\r\n\r\n".encode() + body)
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 400 ")


@pytest.mark.skipif(sys.platform != "linux", reason="only machines use TLS, and they need Linux")
def test_a_client_that_does_not_shake_hands_keeps_no_other_waiting(tmp_path):
    authority = keep_authority(tmp_path / "authority")

    def answer(_environ, start_response):
        start_response("200 OK", [])
        return [b"served"]

    with listen(0) as listener:
        server = serve_on(listener, answer, tls=authority.server_context())
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    address = ("127.0.0.1", server.port)
    trusting = ssl.create_default_context(cadata=authority.certificate)
    try:
        with (
            socket.create_connection(address, timeout=60),
            socket.create_connection(address, timeout=60) as plain,
            trusting.wrap_socket(plain, server_hostname="iam.amazonaws.com") as connection,
        ):
            connection.sendall(b"GET / HTTP/1.1\r\nHost: iam.amazonaws.com\r\n\r\n")
            assert connection.recv(1 << 16).endswith(b"served")
    finally:
        server.shutdown()
