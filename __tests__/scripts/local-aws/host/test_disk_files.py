"""Disks as files, without machines: copies, and a full host."""

import errno
import os
import subprocess
from pathlib import Path

import pytest
from local_aws.host.commands import MachineError
from local_aws.host.containers.loop_disks import LoopDisks
from local_aws.host.disk import DiskFull, Disks
from local_aws.host.names import Folders

pytestmark = pytest.mark.machines
MIB = 1024**2


@pytest.fixture
def disks(tmp_path):
    folders = Folders(tmp_path)
    folders.make()
    return Disks(folders, LoopDisks())


@pytest.fixture
def small_disks(tmp_path):
    """Makes disks on a file system of 100 MiB."""
    small = tmp_path / "small"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100m", "none", small], check=True)
    folders = Folders(small)
    folders.make()
    yield Disks(folders, LoopDisks())
    subprocess.run(["umount", small], check=True)


def test_a_restored_volume_has_the_snapshot_s_bytes_and_its_own_size(disks):
    file = disks.make("vol-1", 1)
    content = os.urandom(3 * MIB)
    with open(file, "r+b") as disk:
        disk.seek(200 * MIB)
        disk.write(content)
    disks.snapshot("vol-1", "snap-1")
    with open(file, "r+b") as disk:
        disk.write(b"later")
    disks.begin_snapshot_copy("snap-1", "snap-2")()
    disks.begin_restore("vol-2", "snap-2", 2)()
    restored = disks.file("vol-2")
    assert restored.stat().st_size == 2 * 1024 * MIB
    assert restored.stat().st_blocks * 512 < 8 * MIB
    with restored.open("rb") as disk:
        assert disk.read(5) == bytes(5)
        disk.seek(200 * MIB)
        assert disk.read(len(content)) == content


def test_fails_to_copy_what_has_no_bytes(disks):
    for begin in (
        lambda: disks.begin_snapshot("vol-1", "snap-1"),
        lambda: disks.begin_snapshot_copy("vol-1", "snap-1"),
        lambda: disks.begin_restore("vol-2", "vol-1", 1),
    ):
        with pytest.raises(MachineError, match=r"vol-1 has no bytes on this computer: its file is not at /"):
            begin()


def test_a_copy_has_the_bytes_of_its_first_moment_whatever_happens_to_the_original(disks):
    file = disks.make("vol-1", 1)
    with open(file, "r+b") as disk:
        disk.write(b"written")
    copy = disks.begin_snapshot("vol-1", "snap-1")
    disks.grow("vol-1", 2)
    disks.delete("vol-1")
    copy()
    restore = disks.begin_restore("vol-2", "snap-1", 1)
    disks.delete_snapshot("snap-1")
    restore()
    assert disks.file("vol-2").stat().st_size == 1024 * MIB
    with disks.file("vol-2").open("rb") as disk:
        assert disk.read(7) == b"written"


def test_a_copy_is_on_the_disk_before_it_has_its_name_and_its_name_before_it_counts(disks, monkeypatch):
    folder, partial = disks.snapshot_file("snap-1").parent, disks.snapshot_file("snap-1.partial")
    synced = []

    def note(descriptor):
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        synced.append((path, path.is_dir() or path.stat().st_size, disks.snapshot_file("snap-1").exists()))

    disks.make("vol-1", 1)
    monkeypatch.setattr("os.fsync", note)
    disks.snapshot("vol-1", "snap-1")
    assert synced == [(partial, 1024 * MIB, False), (folder, True, True)]


def test_fails_to_copy_what_does_not_reach_the_disk(disks, monkeypatch):
    def is_full(_descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    disks.make("vol-1", 1)
    monkeypatch.setattr("os.fsync", is_full)
    with pytest.raises(DiskFull, match="no disk space on this host for a copy of vol-1"):
        disks.snapshot("vol-1", "snap-1")
    assert list(disks.snapshot_file("snap-1").parent.iterdir()) == []


def test_makes_a_blank_volume_once(disks):
    file = disks.make("vol-1", 1)
    file.write_bytes(b"written")
    assert disks.make("vol-1", 1).read_bytes() == b"written"


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


def test_fails_to_make_a_disk_on_a_full_host(small_disks):
    with small_disks.file("vol-1").open("wb") as file:
        file.write(os.urandom(60 * MIB))
    with pytest.raises(DiskFull, match="has 40 MiB of disk space left, and machines and disks need 64 MiB"):
        small_disks.make("vol-2", 1)
