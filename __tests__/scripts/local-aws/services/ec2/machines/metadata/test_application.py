"""The HTTP side of the metadata service, without a machine."""

import socket
from types import SimpleNamespace

import pytest
from local_aws.core.background import Ending
from local_aws.services.ec2.machines.metadata import application
from local_aws.services.ec2.machines.metadata.application import TTL, Metadata

TTL_VARIABLE = "HTTP_X_AWS_EC2_METADATA_TOKEN_TTL_SECONDS"
TOKEN_VARIABLE = "HTTP_X_AWS_EC2_METADATA_TOKEN"


@pytest.fixture
def options():
    return SimpleNamespace(http_endpoint="enabled", http_tokens="optional", http_put_response_hop_limit=2)


@pytest.fixture
def ask(options, monkeypatch):
    """Asks the service, and returns status, headers and body."""
    monkeypatch.setattr(application, "tree_of", lambda _instance, _of: {"meta-data": {"ami-id": "ami-1"}})
    instances = {"198.18.8.4": SimpleNamespace(id="i-1", metadata_options=options)}
    metadata = Metadata(instances.get, lambda _instance, _role: None)

    def ask(method, path, sender="198.18.8.4", **variables):
        answered = []
        with socket.socket() as connection:
            environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "REMOTE_ADDR": sender, **variables}
            environ["werkzeug.socket"] = connection
            body = metadata(environ, lambda *answer: answered.append(answer))
            hops = connection.getsockopt(socket.IPPROTO_IP, socket.IP_TTL)
        status, headers = answered[0]
        return status[:3], {**dict(headers), "hops": hops}, b"".join(body)

    return ask


def token_of(ask):
    return ask("PUT", "/latest/api/token", **{TTL_VARIABLE: "60"})[2].decode()


@pytest.mark.parametrize(
    "path", ["/latest/meta-data/ami-id", "/2021-03-23/meta-data/ami-id/", "//latest//meta-data/ami-id"]
)
def test_answers_each_version(ask, path):
    assert ask("GET", path)[::2] == ("200", b"ami-1")


def test_lists_its_versions(ask):
    assert ask("GET", "/")[2].split()[-1] == b"latest"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/latest/meta-data/none", "404"),
        ("GET", "/1999-01-01/meta-data/ami-id", "404"),
        ("POST", "/latest/meta-data/ami-id", "405"),
        ("PUT", "/latest/meta-data/ami-id", "405"),
        ("GET", "/latest/api/token", "404"),
    ],
)
def test_fails_for_what_is_not_there(ask, method, path, status):
    assert ask(method, path)[0] == status


def test_is_unavailable_while_the_local_aws_ends(ask, monkeypatch):
    def end(_instance, _of):
        raise Ending

    monkeypatch.setattr(application, "tree_of", end)
    assert ask("GET", "/latest/meta-data/ami-id")[0] == "503"


def test_a_token_opens_what_requires_one_and_tells_how_long(ask, options):
    options.http_tokens = "required"
    status, headers, body = ask("PUT", "/latest/api/token", **{TTL_VARIABLE: "21600"})
    assert (status, headers[TTL], headers["hops"]) == ("200", "21600", 2)
    status, headers, _ = ask("GET", "/latest/meta-data/ami-id", **{TOKEN_VARIABLE: body.decode()})
    assert (status, headers["hops"]) == ("200", 64)
    assert 0 < int(headers[TTL]) <= 21600


@pytest.mark.parametrize("ttl", ["", "0", "21601", "-1", "1.5", "ten", "\u0661"])
def test_fails_to_make_a_token_of_another_length(ask, ttl):
    assert ask("PUT", "/latest/api/token", **{TTL_VARIABLE: ttl})[0] == "400"


def test_fails_to_make_a_token_for_a_proxy(ask):
    status, headers, _ = ask("PUT", "/latest/api/token", **{TTL_VARIABLE: "60", "HTTP_X_FORWARDED_FOR": "10.0.0.9"})
    assert (status, headers["hops"]) == ("403", 2)


def test_fails_without_a_token_where_one_is_required(ask, options):
    options.http_tokens = "required"
    assert ask("GET", "/latest/meta-data/ami-id")[0] == "401"


@pytest.mark.parametrize("tokens", ["optional", "required"])
def test_fails_with_a_wrong_token(ask, options, tokens):
    options.http_tokens = tokens
    assert ask("GET", "/latest/meta-data/ami-id", **{TOKEN_VARIABLE: "wrong"})[0] == "401"


def test_fails_where_the_service_is_turned_off(ask, options):
    token = token_of(ask)
    options.http_endpoint = "disabled"
    assert ask("GET", "/latest/meta-data/ami-id", **{TOKEN_VARIABLE: token})[0] == "403"
    assert ask("PUT", "/latest/api/token", **{TTL_VARIABLE: "60"})[0] == "403"


def test_fails_for_an_address_that_no_machine_has(ask):
    assert ask("GET", "/latest/meta-data/ami-id", sender="198.18.8.5")[0] == "403"


def test_reads_again_when_the_state_changes_meanwhile(ask, monkeypatch):
    left = [RuntimeError("dictionary changed size during iteration")] * 3

    def tree_of(_instance, _of):
        if left:
            raise left.pop()
        return {"meta-data": {"ami-id": "ami-2"}}

    monkeypatch.setattr(application, "tree_of", tree_of)
    assert ask("GET", "/latest/meta-data/ami-id")[2] == b"ami-2"
