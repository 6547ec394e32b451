"""The certificate authority: a client that trusts it is served under AWS's names, and under no other."""

import os
import socket
import ssl
import subprocess
import sys
import threading

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from local_aws.core.certificates import KEPT_NAMES, keep_authority

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only machines use it, and they need Linux")


@pytest.fixture
def authority(tmp_path):
    return keep_authority(tmp_path / "authority")


def serve_once(context):
    """Serves one connection. Returns the port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        with listener, listener.accept()[0] as plain:
            try:
                with context.wrap_socket(plain, server_side=True) as connection:
                    connection.sendall(b"served")
            except (ssl.SSLError, OSError):
                pass

    threading.Thread(target=serve, daemon=True).start()
    return listener.getsockname()[1]


def fetch(port, name, trusted):
    context = ssl.create_default_context(cadata=trusted)
    with (
        socket.create_connection(("127.0.0.1", port), timeout=60) as plain,
        context.wrap_socket(plain, server_hostname=name) as connection,
    ):
        return connection.recv(100)


@pytest.mark.parametrize(
    "name",
    ["ec2.eu-central-1.amazonaws.com", "my.dotted.photos.s3.eu-west-1.amazonaws.com", "ec2.cn-north-1.amazonaws.com.cn",
     "iam.global.api.aws", f"{'a' * 63}.s3.eu-west-1.amazonaws.com"],
)  # fmt: skip
def test_serves_each_name_of_the_api(authority, name):
    assert fetch(serve_once(authority.server_context()), name, authority.certificate) == b"served"


@pytest.mark.parametrize("name", ["example.org", "awscli.amazonaws.com", "ec2-1-2-3-4.compute-1.amazonaws.com"])
def test_fails_for_another_name(authority, name):
    with pytest.raises(ssl.SSLError, match=r"(?i)unrecognized[ _]name"):
        fetch(serve_once(authority.server_context()), name, authority.certificate)


def test_fails_for_a_client_that_does_not_trust_it(authority, tmp_path):
    other = keep_authority(tmp_path / "other")
    with pytest.raises(ssl.SSLCertVerificationError):
        fetch(serve_once(authority.server_context()), "iam.amazonaws.com", other.certificate)


@pytest.mark.parametrize(("name", "trusted"), [("iam.amazonaws.com", True), ("bank.example.org", False)])
def test_cannot_vouch_for_a_name_that_is_not_aws_s(authority, tmp_path, name, trusted):
    ca, leaf = tmp_path / "ca.pem", tmp_path / "leaf.pem"
    ca.write_text(authority.certificate)
    leaf.write_bytes(authority.certificate_for(name).public_bytes(serialization.Encoding.PEM))
    done = subprocess.run(["openssl", "verify", "-CAfile", ca, leaf], capture_output=True, text=True, check=False)
    assert (done.returncode == 0) is trusted
    assert ("permitted subtree violation" in done.stderr) is not trusted


def test_is_made_once_and_its_owner_alone_can_read_the_key(tmp_path):
    first, second = (keep_authority(tmp_path / "authority").certificate for _ in range(2))
    assert first == second
    modes = [os.stat(path).st_mode & 0o777 for path in (tmp_path / "authority", tmp_path / "authority/authority.pem")]
    assert modes == [0o700, 0o600]
    assert "PRIVATE" not in first
    assert x509.load_pem_x509_certificate(first.encode()).not_valid_after_utc.year > 2050


def test_keeps_a_certificate_for_the_next_connection_and_not_for_every_name(authority):
    first, again = (authority._context_for("iam.amazonaws.com") for _ in range(2))
    assert first is again
    assert authority._context_for.cache_info().maxsize == KEPT_NAMES
