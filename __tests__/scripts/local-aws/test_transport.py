"""What goes over the wire: whole answers in one piece, kept connections, every way of sending a body."""

import http.client
import socket
import sys
import threading
import urllib.parse

import pytest

CALLS, THREADS = 1500, 8
SIGNED = "AWS4-HMAC-SHA256 Credential=local/20260101/eu-west-1/{}/aws4_request, SignedHeaders=, Signature="
FORM = {"Authorization": SIGNED.format("ec2"), "Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
DESCRIBE = urllib.parse.urlencode({"Action": "DescribeVolumes", "Version": "2016-11-15"})


def test_1500_calls_over_kept_connections_all_succeed(aws):
    failures, connections = [], []

    def call_again_and_again() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", aws.port, timeout=600)
        connection.connect()
        first_socket = connection.sock
        for _ in range(CALLS // THREADS + 1):
            try:
                connection.request("POST", "/", DESCRIBE, FORM)
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
    request = f"POST / HTTP/1.1\r\nHost: x\r\nAuthorization: {FORM['Authorization']}\r\n"
    request += f"Content-Type: {FORM['Content-Type']}\r\nContent-Length: {len(DESCRIBE)}\r\n\r\n{DESCRIBE}"
    with socket.create_connection(("127.0.0.1", aws.port), timeout=600) as connection:
        for _ in range(50):
            connection.sendall(request.encode())
            assert connection.recv(1 << 16).rstrip().endswith(b"</DescribeVolumesResponse>")


def test_a_body_sent_in_chunks_is_read(aws):
    body = b"sent in two chunks"
    aws.client("s3").create_bucket(Bucket="chunks", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    connection = http.client.HTTPConnection("127.0.0.1", aws.port, timeout=600)
    connection.request("PUT", "/chunks/key", iter([body[:5], body[5:]]), {"Authorization": SIGNED.format("s3")})
    assert connection.getresponse().status == 200
    assert aws.client("s3").get_object(Bucket="chunks", Key="key")["Body"].read() == body


def test_a_client_that_waits_before_its_body_is_told_to_go_on(aws):
    head = f"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nAuthorization: {FORM['Authorization']}\r\n"
    head += f"Content-Type: {FORM['Content-Type']}\r\nContent-Length: {len(DESCRIBE)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", aws.port), timeout=600) as connection:
        connection.sendall(head.encode())
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 100 ")
        connection.sendall(DESCRIBE.encode())
        assert connection.recv(1 << 16).startswith(b"HTTP/1.1 200 ")


def test_the_head_of_an_object_tells_its_length_without_its_body(aws):
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
