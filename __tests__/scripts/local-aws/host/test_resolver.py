"""The resolver of machines, on the loopback interface."""

import socket
import threading
import time

import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest
from local_aws.host import resolver
from local_aws.host.resolver import MOST_AT_A_TIME, Names, Resolver

API = "198.18.0.2"
MACHINE = "ip-198-18-8-4.eu-central-1.compute.internal"
ASK = {"UDP": dns.query.udp, "TCP": dns.query.tcp}


@pytest.fixture
def port(monkeypatch, tmp_path):
    """The port of a resolver whose host asks nobody."""
    monkeypatch.setattr(resolver, "HOST_RESOLVER", tmp_path / "resolv.conf")
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    port = udp.getsockname()[1]
    started = Resolver(Names(API, {MACHINE: "198.18.8.4"}.get), udp, socket.create_server(("127.0.0.1", port)))
    started.start()
    yield port
    started.close()


def ask(port, name, kind="A", way="UDP"):
    """Returns the code of the answer, and its addresses."""
    answer = ASK[way](dns.message.make_query(name, kind), "127.0.0.1", timeout=60, port=port)
    return dns.rcode.to_text(answer.rcode()), [str(item) for rrset in answer.answer for item in rrset]


@pytest.mark.parametrize("way", ASK)
def test_answers_names_of_aws_itself(port, way):
    assert ask(port, "ec2.eu-central-1.amazonaws.com", way=way) == ("NOERROR", [API])
    assert ask(port, MACHINE, way=way) == ("NOERROR", ["198.18.8.4"])
    assert ask(port, "ip-198-18-8-5.eu-central-1.compute.internal", way=way) == ("NXDOMAIN", [])
    assert ask(port, "front-1.eu-west-1.elb.amazonaws.com", way=way) == ("NXDOMAIN", [])
    # A name without an address of version 6 exists all the same.
    assert ask(port, "iam.amazonaws.com", "AAAA", way) == ("NOERROR", [])


@pytest.mark.parametrize("way", ASK)
def test_asks_the_host_s_resolvers_for_every_other_name(port, monkeypatch, way):
    asked = []

    def answer(query, server):
        asked.append(server)
        if server == "127.0.0.53":
            raise TimeoutError
        made = dns.message.make_response(query)
        made.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "A", "203.0.113.80"))
        return made

    resolver.HOST_RESOLVER.write_text("search example.org\nnameserver 127.0.0.53\nnameserver 192.0.2.53\n")
    monkeypatch.setattr(resolver, "_ask_over_udp", answer)
    monkeypatch.setattr(resolver, "_ask_over_tcp", answer)
    assert ask(port, "deb.debian.org", way=way) == ("NOERROR", ["203.0.113.80"])
    assert asked == ["127.0.0.53", "192.0.2.53"]
    resolver.HOST_RESOLVER.write_text("nameserver 127.0.0.53\n")
    assert ask(port, "deb.debian.org", way=way) == ("SERVFAIL", [])


def test_a_long_answer_is_cut_off_over_udp_and_whole_over_tcp(port, monkeypatch):
    def answer(query, _server):
        made = dns.message.make_response(query)
        texts = [f'"{number:0200}"' for number in range(20)]
        made.answer.append(dns.rrset.from_text(query.question[0].name, 60, "IN", "TXT", *texts))
        return made

    resolver.HOST_RESOLVER.write_text("nameserver 192.0.2.53\n")
    monkeypatch.setattr(resolver, "_ask_over_udp", answer)
    monkeypatch.setattr(resolver, "_ask_over_tcp", answer)
    query = dns.message.make_query("example.org", "TXT")
    cut = dns.query.udp(query, "127.0.0.1", timeout=60, port=port)
    assert cut.flags & dns.flags.TC
    assert len(cut.to_wire()) <= 512
    assert len(ask(port, "example.org", "TXT", "TCP")[1]) == 20


def test_survives_what_is_no_question(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for wire in (b"", b"no question", dns.message.make_response(dns.message.make_query("a.b", "A")).to_wire()):
            sender.sendto(wire, ("127.0.0.1", port))
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"\xff\xff")
    assert ask(port, "iam.amazonaws.com") == ("NOERROR", [API])


def test_drops_questions_beyond_its_limit_and_answers_later(port, monkeypatch):
    waiting, go_on = threading.Semaphore(0), threading.Event()

    def answer(query, _server):
        waiting.release()
        go_on.wait(60)
        return dns.message.make_response(query)

    resolver.HOST_RESOLVER.write_text("nameserver 192.0.2.53\n")
    monkeypatch.setattr(resolver, "_ask_over_udp", answer)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(MOST_AT_A_TIME):
            sender.sendto(dns.message.make_query("example.org", "A").to_wire(), ("127.0.0.1", port))
        for _ in range(MOST_AT_A_TIME):
            assert waiting.acquire(timeout=60)
        with pytest.raises(dns.exception.Timeout):
            dns.query.udp(dns.message.make_query("iam.amazonaws.com", "A"), "127.0.0.1", timeout=0.5, port=port)
    go_on.set()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            dns.query.udp(dns.message.make_query("iam.amazonaws.com", "A"), "127.0.0.1", timeout=1, port=port)
            return
        except dns.exception.Timeout:
            continue
    raise AssertionError("it did not answer again")
