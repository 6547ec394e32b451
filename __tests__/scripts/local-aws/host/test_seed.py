"""The files that a machine gets at boot."""

import json

import pytest
from local_aws.host import seed

OURS = "-----BEGIN CERTIFICATE-----\nT1VSUw==\n-----END CERTIFICATE-----\n"
DEBIANS = "-----BEGIN CERTIFICATE-----\nREVCSUFO\n-----END CERTIFICATE-----\n"
AUTHORITY = "-----BEGIN CERTIFICATE-----\nQVVUSE9SSVRZ\n-----END CERTIFICATE-----\n"
ZONE = "eu-central-1.compute.internal"


@pytest.fixture
def layers(tmp_path):
    upper, base = tmp_path / "upper", tmp_path / "base"
    upper.mkdir()
    (base / "etc/ssl/certs").mkdir(parents=True)
    (base / seed.BUNDLE).write_text(DEBIANS)
    return [upper, base]


def test_writes_who_the_machine_is(tmp_path):
    identity = seed.Identity("i-1", "ip-1", ["ssh-ed25519 AAAA"], {"region": "eu-central-1"})
    seed.write_identity(tmp_path, identity, user_data=b"#!/bin/sh\n")
    written = tmp_path / "var/lib/cloud/seed/nocloud"
    assert json.loads((written / "meta-data").read_text()) == {
        "instance-id": "i-1",
        "local-hostname": "ip-1",
        "public-keys": ["ssh-ed25519 AAAA"],
        "region": "eu-central-1",
    }
    assert (written / "user-data").read_bytes() == b"#!/bin/sh\n"
    assert (written / "user-data").stat().st_mode & 0o777 == 0o600


def test_removed_user_data_does_not_stay(tmp_path):
    identity = seed.Identity("i-1", "ip-1", [], {})
    seed.write_identity(tmp_path, identity, user_data=b"#!/bin/sh\n")
    seed.write_identity(tmp_path, identity, user_data=b"")
    assert (tmp_path / seed.NOCLOUD / "user-data").read_text() == "#cloud-config\n{}\n"


def way_out(host_bundle):
    return seed.WayOut(ZONE, AUTHORITY, host_bundle)


def test_adds_the_authority_and_the_operator_s_certificates_to_the_machine_s_own(tmp_path, layers):
    host = tmp_path / "host.crt"
    host.write_text(DEBIANS + OURS)
    given = tmp_path / "given"
    seed.write_way_out(given, layers, way_out(host))
    assert (given / seed.BUNDLE).read_text() == DEBIANS + AUTHORITY + OURS
    added = list((given / seed.LOCAL_CERTIFICATES).iterdir())
    assert sorted(file.read_text() for file in added) == sorted([AUTHORITY, OURS])
    assert all(file.suffix == ".crt" for file in added)


def test_adds_the_authority_also_where_this_host_has_no_certificates(tmp_path, layers):
    given = tmp_path / "given"
    seed.write_way_out(given, layers, way_out(tmp_path / "none"))
    assert (given / seed.BUNDLE).read_text() == DEBIANS + AUTHORITY


def test_adds_no_certificate_that_the_machine_has(tmp_path, layers):
    host = tmp_path / "host.crt"
    host.write_text(OURS)
    (layers[0] / "etc/ssl/certs").mkdir(parents=True)
    # The topmost layer that has a bundle counts.
    (layers[0] / seed.BUNDLE).write_text(AUTHORITY + OURS)
    given = tmp_path / "given"
    seed.write_way_out(given, layers, way_out(host))
    assert not (given / "etc/ssl").exists()
    assert not (given / "usr").exists()


def test_names_the_resolver_of_the_local_aws_and_searches_as_this_host_does(tmp_path, layers, monkeypatch):
    own = tmp_path / "resolv.conf"
    own.write_text("search example.org example.net\nnameserver 127.0.0.53\noptions edns0\n")
    monkeypatch.setattr(seed, "HOST_RESOLVER", own)
    seed.write_way_out(tmp_path / "given", layers, way_out(tmp_path / "none"))
    assert (tmp_path / "given/etc/resolv.conf").read_text() == (
        f"nameserver 169.254.169.253\nsearch {ZONE} example.org example.net\noptions edns0\n"
    )


@pytest.fixture
def environment(tmp_path, layers, monkeypatch):
    """Returns the variables of a machine's logins, by those of this host."""
    for name in seed.PROXY_VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)

    def environment(**of_host):
        for name, value in of_host.items():
            monkeypatch.setenv(name, value)
        seed.write_way_out(tmp_path / "given", layers, way_out(tmp_path / "none"))
        lines = (tmp_path / "given/etc/environment").read_text().splitlines()
        found = dict(line.split("=", 1) for line in lines)
        assert len(found) == len(lines)
        return found

    return environment


def test_programs_with_certificates_of_their_own_get_the_machine_s(tmp_path, environment):
    variables = ("AWS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS")
    found = environment()
    assert {name: found[name] for name in variables} == dict.fromkeys(variables, "/etc/ssl/certs/ca-certificates.crt")
    services = (tmp_path / "given/etc/systemd/system.conf.d/local-aws.conf").read_text()
    assert all(f"{name}=/{seed.BUNDLE}" in services for name in variables)
    sudo = tmp_path / "given/etc/sudoers.d/local-aws"
    assert sudo.read_text() == 'Defaults env_keep += "AWS_CA_BUNDLE NODE_EXTRA_CA_CERTS"\n'
    assert sudo.stat().st_mode & 0o777 == 0o440


def test_passes_proxies_on_but_none_of_this_host_s_loopback(layers, environment):
    (layers[1] / "etc/environment").write_text("LANG=C.UTF-8\nhttp_proxy=http://old.example.org\nAWS_CA_BUNDLE=/old\n")
    found = environment(HTTPS_PROXY="http://proxy.example.org:3128", http_proxy="http://127.0.0.1:3128")
    assert (found["LANG"], found["AWS_CA_BUNDLE"]) == ("C.UTF-8", f"/{seed.BUNDLE}")
    assert [found[name] for name in ("https_proxy", "HTTPS_PROXY")] == ["http://proxy.example.org:3128"] * 2
    assert "http_proxy" not in found


def test_keeps_the_bytes_of_a_machine_s_files_that_are_no_text(tmp_path, layers):
    odd = b"NAME=\xff\n"
    (layers[1] / "etc/environment").write_bytes(odd)
    (layers[1] / seed.BUNDLE).write_bytes(odd)
    host = tmp_path / "host.crt"
    host.write_bytes(odd)
    given = tmp_path / "given"
    seed.write_way_out(given, layers, way_out(host))
    assert (given / "etc/environment").read_bytes().startswith(odd)
    assert (given / seed.BUNDLE).read_bytes() == odd + AUTHORITY.encode()


def test_what_is_on_this_computer_alone_needs_no_proxy(environment):
    found = environment(https_proxy="http://proxy.example.org:3128", no_proxy="example.net")
    without = found["no_proxy"].split(",")
    assert found["NO_PROXY"] == found["no_proxy"]
    assert without[:4] == ["example.net", "169.254.169.254", "169.254.169.253", "169.254.170.2"]
    assert {".amazonaws.com", ".amazonaws.com.cn", ".api.aws"} <= set(without)


def test_no_proxy_for_anything_stays_so(environment):
    assert environment(https_proxy="http://proxy.example.org:3128", no_proxy="*")["no_proxy"] == "*"


def test_without_a_proxy_there_is_no_exception_to_it(environment):
    assert "no_proxy" not in environment()
