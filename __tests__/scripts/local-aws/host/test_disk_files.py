"""Disks on real loop devices, without machines: copies, a full host, and what keeps a disk busy."""

import os
import subprocess
import time

import pytest
from local_aws.host.commands import MachineError
from local_aws.host.disk import DiskFull, Disks
from local_aws.host.names import Folders
from local_aws.host.processes import is_claimed, name_of

pytestmark = pytest.mark.machines
MIB = 1024**2


@pytest.fixture
def disks(tmp_path):
    folders = Folders(tmp_path)
    folders.make()
    disks = Disks(folders)
    yield disks
    for file in folders.disks.iterdir():
        wait_for(lambda file=file: disks.users(file.name), [])
        disks.disconnect(file.name)


@pytest.fixture
def small_disks(tmp_path):
    """Makes disks on a file system of 100 MiB."""
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100m", "none", small], check=True)
    folders = Folders(small)
    folders.make()
    yield Disks(folders)
    subprocess.run(["umount", small], check=True)


def wait_for(seen, expected, limit_sec=600):
    """Waits until a value is seen. On a host with udev, udev opens a new or changed disk for a moment."""
    deadline = time.monotonic() + limit_sec
    while (value := seen()) != expected and time.monotonic() < deadline:
        time.sleep(0.02)
    assert value == expected


def test_a_restored_volume_has_the_snapshot_s_bytes_and_its_own_size(disks):
    device = disks.connect("vol-1", 1)
    content = os.urandom(3 * MIB)
    with open(device, "wb") as disk:
        disk.seek(200 * MIB)
        disk.write(content)
    disks.snapshot("vol-1", "snap-1")
    with open(device, "wb") as disk:
        disk.write(b"later")
    disks.copy_snapshot("snap-1", "snap-2")
    disks.restore("vol-2", "snap-2", 2)
    restored = disks.file("vol-2")
    assert restored.stat().st_size == 2 * 1024 * MIB
    assert restored.stat().st_blocks * 512 < 8 * MIB
    with restored.open("rb") as disk:
        assert disk.read(5) == bytes(5)
        disk.seek(200 * MIB)
        assert disk.read(len(content)) == content


def test_a_volume_that_was_never_attached_is_blank(disks):
    disks.snapshot("vol-1", "snap-1")
    disks.restore("vol-2", "snap-1", 1)
    with open(disks.connect("vol-2", 1), "rb") as disk:
        assert disk.read(MIB) == bytes(MIB)


def test_connects_a_volume_once(disks):
    assert disks.connect("vol-1", 1) == disks.connect("vol-1", 1)


def test_knows_what_keeps_a_disk_busy(disks):
    device = disks.connect("vol-1", 1)
    wait_for(lambda: disks.users("vol-1"), [])
    with open(device, "rb"):
        wait_for(lambda: disks.users("vol-1"), [f"in use by process {name_of(os.getpid())} ({os.getpid()})"])
        with pytest.raises(MachineError, match=f"volume vol-1 is still in use on {device}"):
            disks.disconnect("vol-1")
    wait_for(lambda: disks.device("vol-1"), None)


def test_knows_when_the_kernel_itself_uses_a_disk(disks, tmp_path):
    device = disks.connect("vol-1", 1)
    subprocess.run(["mkfs.ext4", "-q", device], check=True)
    point = tmp_path / "mounted here"
    point.mkdir()
    assert not is_claimed(device)
    subprocess.run(["mount", device, point], check=True)
    try:
        assert is_claimed(device)
        wait_for(lambda: disks.users("vol-1"), [f"mounted at {point}"])
    finally:
        subprocess.run(["umount", point], check=True)
    wait_for(lambda: disks.users("vol-1"), [])


def test_fails_to_copy_on_a_full_host_and_leaves_no_part_of_the_copy(small_disks):
    with small_disks.file("vol-1").open("wb") as file:
        file.write(os.urandom(60 * MIB))
    with pytest.raises(
        DiskFull, match=r"no disk space on this host for a copy of vol-1, 60 MiB: free some at .*snapshots"
    ):
        small_disks.snapshot("vol-1", "snap-1")
    assert list(small_disks.snapshot_file("snap-1").parent.iterdir()) == []


def test_knows_a_full_host_in_the_caller_s_language_too(disks, tmp_path, monkeypatch):
    copy = tmp_path / "tools" / "cp"
    copy.parent.mkdir()
    copy.write_text(
        """#!/bin/sh
        if [ "$LC_ALL" = C ]; then echo "cp: No space left on device"; else echo "cp: Kein Platz mehr"; fi >&2
        exit 1
        """
    )
    copy.chmod(0o755)
    monkeypatch.setenv("PATH", f"{copy.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    disks.file("vol-1").touch()
    with pytest.raises(DiskFull, match=r"no disk space on this host for a copy of vol-1"):
        disks.snapshot("vol-1", "snap-1")


def test_fails_to_connect_a_disk_on_a_full_host(small_disks):
    with small_disks.file("vol-1").open("wb") as file:
        file.write(os.urandom(60 * MIB))
    with pytest.raises(DiskFull, match="has 40 MiB of disk space left, and machines and disks need 64 MiB"):
        small_disks.connect("vol-2", 1)
