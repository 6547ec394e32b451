"""The files that a machine gets at boot."""

import json

import pytest
from local_aws.host import seed

OURS = "-----BEGIN CERTIFICATE-----\nT1VSUw==\n-----END CERTIFICATE-----\n"
DEBIANS = "-----BEGIN CERTIFICATE-----\nREVCSUFO\n-----END CERTIFICATE-----\n"


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


def test_adds_the_operator_s_certificates_to_the_machine_s_own(tmp_path, layers):
    host = tmp_path / "host.crt"
    host.write_text(DEBIANS + OURS)
    given = tmp_path / "given"
    seed.write_way_out(given, layers, host)
    assert (given / seed.BUNDLE).read_text() == DEBIANS + OURS
    added = list((given / seed.LOCAL_CERTIFICATES).iterdir())
    assert [file.read_text() for file in added] == [OURS]
    assert all(file.suffix == ".crt" for file in added)


def test_adds_no_certificate_that_the_machine_has(tmp_path, layers):
    host = tmp_path / "host.crt"
    host.write_text(DEBIANS)
    given = tmp_path / "given"
    seed.write_way_out(given, layers, host)
    assert not (given / "etc/ssl").exists()
    assert not (given / "usr").exists()


def test_takes_the_bundle_of_the_topmost_layer_that_has_one(tmp_path, layers):
    host = tmp_path / "host.crt"
    host.write_text(OURS)
    (layers[0] / "etc/ssl/certs").mkdir(parents=True)
    (layers[0] / seed.BUNDLE).write_text(DEBIANS + OURS)
    given = tmp_path / "given"
    seed.write_way_out(given, layers, host)
    assert not (given / seed.BUNDLE).exists()


def test_passes_name_servers_on_that_a_machine_can_reach(tmp_path, layers, monkeypatch):
    stub, real = tmp_path / "stub", tmp_path / "real"
    stub.write_text("nameserver 127.0.0.53\n")
    real.write_text("search example.org\nnameserver 192.0.2.53\nnameserver ::1\n")
    monkeypatch.setattr(seed, "RESOLVERS", (stub, real))
    seed.write_way_out(tmp_path / "given", layers, tmp_path / "none")
    assert (tmp_path / "given/etc/resolv.conf").read_text() == "search example.org\nnameserver 192.0.2.53\n"


def test_passes_proxies_on_but_none_of_this_host_s_loopback(tmp_path, layers, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY", "no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.org:3128")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:3128")
    (layers[1] / "etc/environment").write_text("LANG=C.UTF-8\nhttp_proxy=http://old.example.org\n")
    seed.write_way_out(tmp_path / "given", layers, tmp_path / "none")
    assert (tmp_path / "given/etc/environment").read_text() == (
        "LANG=C.UTF-8\nhttps_proxy=http://proxy.example.org:3128\nHTTPS_PROXY=http://proxy.example.org:3128\n"
    )
