"""Loop devices: what keeps one busy, and a file system that stands still."""

import contextlib
import fcntl
import os
import signal
import subprocess
import time

import pytest
from local_aws.host.commands import MachineError
from local_aws.host.containers import loop_disks, processes
from local_aws.host.containers.loop_disks import LoopDisks
from local_aws.host.containers.processes import is_claimed, name_of, open_mounts_of
from local_aws.host.containers.standstill import FIFREEZE
from local_aws.host.mounts import unescape

pytestmark = pytest.mark.machines
MIB = 1024**2


@pytest.fixture
def loops():
    return LoopDisks()


@pytest.fixture
def file(loops, tmp_path):
    """The file of a blank disk of 64 MiB."""
    file = tmp_path / "vol-1"
    file.touch()
    os.truncate(file, 64 * MIB)
    yield file
    wait_for(lambda: loops.users(file), [])
    loops.disconnect(file)


@pytest.fixture
def mounted(loops, file, tmp_path):
    """Makes an ext4 on the disk and mounts it. Returns its device and its mount point."""
    device = loops.connect(file)
    subprocess.run(["mkfs.ext4", "-q", device], check=True)
    point = tmp_path / "mounted here"
    point.mkdir()
    subprocess.run(["mount", device, point], check=True)
    yield device, point
    subprocess.run(["umount", point], check=True)


def wait_for(seen, expected, limit_sec=600):
    """Waits until a value is seen. On a host with udev, udev opens a new or changed disk for a moment."""
    deadline = time.monotonic() + limit_sec
    while (value := seen()) != expected and time.monotonic() < deadline:
        time.sleep(0.02)
    assert value == expected


def test_connects_a_file_once(loops, file):
    assert loops.connect(file) == loops.connect(file)


def test_knows_what_keeps_a_disk_busy(loops, file, monkeypatch):
    monkeypatch.setattr(loop_disks, "PASSING_LIMIT_SEC", 0)
    device = loops.connect(file)
    wait_for(lambda: loops.users(file), [])
    with open(device, "rb"):
        wait_for(lambda: loops.users(file), [f"in use by process {name_of(os.getpid())} ({os.getpid()})"])
        with pytest.raises(MachineError, match=f"volume vol-1 is still in use on {device}"):
            loops.disconnect(file)
    wait_for(lambda: loops.device(file), None)


@pytest.fixture
def passing(loops, file):
    """Connects the disk. A program that lists disks has it open for a moment. Returns the device."""
    device = loops.connect(file)
    words = ["sh", "-c", "echo open && sleep 0.5"]
    with open(device, "rb") as opened:
        program = subprocess.Popen(words, stdin=opened, stdout=subprocess.PIPE)
    assert program.stdout.readline() == b"open\n"
    assert loops.users(file)
    yield device
    program.wait()


def test_disconnects_a_disk_that_another_program_has_open_for_a_moment(loops, file, passing):
    loops.disconnect(file)
    assert loops.device(file) is None


def test_does_not_count_a_program_that_has_a_disk_open_for_a_moment(loops, file, passing):
    assert loops.lasting_users(file) == []


def test_counts_what_keeps_a_disk_open(loops, file, monkeypatch):
    monkeypatch.setattr(loop_disks, "PASSING_LIMIT_SEC", 0)
    with open(loops.connect(file), "rb"):
        assert loops.lasting_users(file) == [f"in use by process {name_of(os.getpid())} ({os.getpid()})"]


def test_knows_when_the_kernel_itself_uses_a_disk(loops, file, mounted):
    device, point = mounted
    assert is_claimed(device)
    wait_for(lambda: loops.users(file), [f"mounted at {point}"])
    subprocess.run(["umount", point], check=True)
    assert not is_claimed(device)
    subprocess.run(["mount", device, point], check=True)


def waiting_writer(point):
    """Starts a program that writes to a file system. Fails unless the file system stands still."""
    writer = subprocess.Popen(["touch", point / "written"])
    # Within this time, a write to a file system that goes on is over. One to a frozen file system never is.
    with pytest.raises(subprocess.TimeoutExpired):
        writer.wait(0.5)
    return writer


def test_a_mounted_file_system_stands_still_and_goes_on(loops, file, mounted):
    _device, point = mounted
    # It can be frozen again.
    for _ in range(2):
        with loops.standing_still(file):
            writer = waiting_writer(point)
        assert writer.wait() == 0
        (point / "written").unlink()


@pytest.mark.parametrize("first_to_end", [0, 1])
def test_a_file_system_stands_still_until_the_last_of_two_copies_ends(loops, file, mounted, first_to_end):
    _device, point = mounted
    with contextlib.ExitStack() as both:
        copies = [both.enter_context(contextlib.ExitStack()) for _ in range(2)]
        for copy in copies:
            copy.enter_context(loops.standing_still(file))
        copies.pop(first_to_end).close()
        writer = waiting_writer(point)
    assert writer.wait() == 0


@pytest.fixture
def elsewhere(loops, file, tmp_path):
    """Mounts an ext4 in a mount namespace of its own. Returns its mount point and the namespace's first process."""
    made = []

    def make(first_process):
        point = tmp_path / "elsewhere"
        point.mkdir()
        device = loops.connect(file)
        subprocess.run(["mkfs.ext4", "-q", device], check=True)
        script = f"(mount {device} {point} && echo mounted && exec sleep infinity) & exec {first_process}"
        words = ["unshare", "--mount", "sh", "-c", script]
        made.append(subprocess.Popen(words, stdout=subprocess.PIPE, start_new_session=True))
        assert made[-1].stdout.readline() == b"mounted\n"
        return point, made[-1]

    yield make
    for process in made:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_finds_a_mount_that_the_first_process_of_its_namespace_does_not_see(loops, file, elsewhere, base_image):
    # As some processes of sshd, it has another root folder.
    point, _first = elsewhere(f"chroot {base_image} sleep infinity")
    assert f"mounted at {point}" in loops.users(file)
    folders = open_mounts_of(os.stat(loops.device(file)).st_rdev)
    # It is frozen already.
    with loops.standing_still(file), pytest.raises(OSError, match="busy"):
        fcntl.ioctl(next(folders), FIFREEZE, 0)
    folders.close()


def test_reaches_a_mount_when_the_process_that_showed_it_ends_meanwhile(loops, file, elsewhere, monkeypatch):
    _point, first = elsewhere("sleep infinity")

    def end_first(field):
        first.kill()
        first.wait()
        return unescape(field)

    monkeypatch.setattr(processes, "unescape", end_first)
    folders = open_mounts_of(os.stat(loops.device(file)).st_rdev)
    assert next(folders, None) is not None
    folders.close()
