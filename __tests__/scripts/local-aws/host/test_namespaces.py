"""Sockets in other network namespaces."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from local_aws.host.namespaces import connect_in, listen_in

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="namespaces need Linux and root"
)  # fmt: skip


@pytest.fixture
def namespace():
    """A network namespace that goes with its process."""
    code = "ip link set lo up && echo made && exec sleep infinity"
    holder = subprocess.Popen(["unshare", "--net", "sh", "-c", code], stdout=subprocess.PIPE)
    assert holder.stdout is not None and holder.stdout.readline() == b"made\n"
    yield Path(f"/proc/{holder.pid}/ns/net")
    holder.kill()
    holder.wait()
    holder.stdout.close()


def connects(port, *within):
    code = f"import socket; socket.create_connection(('127.0.0.1', {port}), 60)"
    return subprocess.run([*within, sys.executable, "-c", code], capture_output=True, check=False).returncode == 0


def test_a_socket_listens_in_its_namespace_and_not_here(namespace):
    with listen_in(namespace, "127.0.0.1", 0, socket.SOCK_STREAM) as listener:
        port = listener.getsockname()[1]
        assert connects(port, "nsenter", f"--net={namespace}")
        assert not connects(port)
    assert os.readlink("/proc/thread-self/ns/net") != os.readlink(namespace)


def test_a_connection_reaches_what_listens_in_its_namespace(namespace):
    with listen_in(namespace, "127.0.0.1", 0, socket.SOCK_STREAM) as listener:
        port = listener.getsockname()[1]
        with connect_in(namespace, "127.0.0.1", port, 60) as connection:
            accepted, address = listener.accept()
            accepted.close()
            assert address == connection.getsockname()
    with pytest.raises(ConnectionRefusedError):
        connect_in(namespace, "127.0.0.1", port, 60)


def test_fails_for_an_address_that_the_namespace_does_not_have(namespace):
    with pytest.raises(OSError, match="Cannot assign requested address"):
        listen_in(namespace, "169.254.169.254", 80, socket.SOCK_STREAM)


def test_fails_for_what_is_no_namespace(tmp_path):
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(OSError, match=f"Invalid argument: '{file}'"):
        listen_in(file, "127.0.0.1", 0, socket.SOCK_DGRAM)
