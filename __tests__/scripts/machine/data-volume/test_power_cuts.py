"""The data volume on a disk that loses power: what was acknowledged is there, and the next run completes the rest.

The disks forget what was not flushed (forgetful_disks.py). The machine is a mount namespace, whose processes are in a
control group, so that a power cut ends them all.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path

import pytest
from forgetful_disks import ForgetfulDisks, why_no_forgetful_disks
from local_aws.host.containers.control_group import hierarchies

SCRIPTS = Path(__file__).parents[4] / "scripts/machine/data-volume"
GROUPS = next((path for kind, path in hierarchies() if kind == "cgroup2"), None) if sys.platform == "linux" else None
MIB = 2**20
ATTEMPTS = 10
LIMIT_SEC = 60


def why_no_test():
    """Says what this computer lacks for a test. None: nothing."""
    if os.geteuid() != 0:
        return "needs root"
    if not Path("/dev/loop-control").exists():
        return "needs loop devices"
    if GROUPS is None:
        return "needs control groups of version 2"
    return why_no_forgetful_disks()


pytestmark = pytest.mark.skipif(why_no_test() is not None, reason=str(why_no_test()))


def eventually(happened, otherwise):
    """Waits until something has happened."""
    deadline = time.monotonic() + LIMIT_SEC
    while not happened():
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.1)


class Machine:
    """A machine with one data volume, until its power is cut; then it is on again."""

    def __init__(self, disks, folder, kind):
        self.disks = disks
        self.kind = kind
        self.id = f"vol-{uuid.uuid4().hex[:17]}"
        self.file = disks.mount_point / self.id
        self.resize(320)
        self.link = Path("/dev/disk/by-id", f"nvme-Amazon_Elastic_Block_Store_{self.id.replace('-', '')}")
        self.link.parent.mkdir(parents=True, exist_ok=True)
        self.data = folder / "data"
        self.config = folder / "data-volume.conf"
        settings = {
            "volume-id": self.id, "device-name": "/dev/sdf", "mount-point": self.data, "file-system": kind,
            "label": "workbench", "owner": "nobody", "wait-sec": 20, "may-format": "yes",
        }  # fmt: skip
        self.config.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
        self.on()

    def resize(self, size):
        """Makes the disk's file as large as so many MiB."""
        with self.file.open("ab") as stream:
            stream.truncate(size * MIB)

    def on(self):
        """Attaches the disk, and starts the machine."""
        # So named, a sweep of the test's folder removes it.
        self.group = GROUPS / f"{Path(tempfile.gettempdir()).name}-{uuid.uuid4().hex}"
        self.group.mkdir()
        self.loop = subprocess.check_output(["losetup", "--find", "--show", self.file], text=True).strip()
        self.link.symlink_to(self.loop)
        # Its first process keeps the namespace.
        self.first = self.start("unshare", "--mount", "--propagation", "slave", "sh", "-c", "echo; exec sleep infinity")
        self.first.stdout.readline()

    def start(self, *command):
        """Starts a command on the machine."""
        joined = ["sh", "-c", f'echo $$ >{self.group}/cgroup.procs; exec "$@"', "sh", *map(str, command)]
        return subprocess.Popen(joined, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def inside(self, *command):
        """Starts a command in the machine's mount namespace."""
        return self.start("nsenter", f"--mount=/proc/{self.first.pid}/ns/mnt", "--", *command)

    def run(self, *command):
        """Runs a command in the machine's mount namespace, and returns what it said on stderr."""
        process = self.inside(*command)
        _, said = process.communicate()
        assert process.returncode == 0, said.decode()
        return said.decode()

    def mount(self):
        """Runs mount-data-volume."""
        return self.run(SCRIPTS / "mount-data-volume", self.config)

    def unmount(self):
        """Runs unmount-data-volume."""
        return self.run(SCRIPTS / "unmount-data-volume", self.config)

    def path(self, name):
        """Returns the path by which a test reaches a file of the volume."""
        return Path(f"/proc/{self.first.pid}/root{self.data}", name)

    def write(self, name, content, flush):
        """Writes a file."""
        with self.path(name).open("wb") as stream:
            stream.write(content)
            stream.flush()
            if flush:
                os.fsync(stream.fileno())

    def cut_power(self):
        """Cuts the power. The disk is detached then."""
        self.disks.cut(self.group, self.id)
        self.first.wait()
        self.off()

    def off(self):
        """Removes what is left of the machine when its processes have ended."""
        self.link.unlink()
        subprocess.run(["losetup", "--detach", self.loop], check=True)
        # The kernel lets go of the disk, and of the group, a moment after the end of the last process.
        eventually(lambda: self.disks.writers(self.id) == 0, "the disk is still in use after the power cut")
        eventually(self.is_group_gone, "processes are left after the power cut")

    def is_group_gone(self):
        """Removes the control group unless processes are left in it."""
        try:
            self.group.rmdir()
        except OSError:
            return False
        return True

    def check(self):
        """Checks the file system, which is not mounted."""
        command = ["xfs_repair", "-n"] if self.kind == "xfs" else ["e2fsck", "-f", "-n"]
        ended = subprocess.run([*command, self.loop], capture_output=True, text=True, check=False)
        assert ended.returncode == 0, ended.stdout + ended.stderr

    def end(self):
        """Deletes the machine and its disk."""
        (self.group / "cgroup.kill").write_text("1")
        self.first.wait()
        self.off()
        self.file.unlink()


@pytest.fixture
def disks():
    """A folder of disks. Its path is short, since the path of a socket may have 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="disks-") as folder:
        disks = ForgetfulDisks(Path(folder, "kept"), Path(folder, "disks"))
        yield disks
        disks.end()


@pytest.fixture(params=["ext4", "xfs"])
def machine(request, disks, tmp_path):
    """A machine with a blank volume."""
    machine = Machine(disks, tmp_path, request.param)
    yield machine
    machine.end()
    folder = tmp_path / "data"
    subprocess.run(["chattr", "-i", folder], check=False)


def test_what_was_flushed_is_there_and_what_was_not_is_lost(machine):
    machine.mount()
    content = random.randbytes(300_000)
    for attempt in range(ATTEMPTS):
        machine.write("flushed", content, flush=True)
        before = machine.disks.flushes(machine.id)
        machine.write("not flushed", content, flush=False)
        machine.cut_power()
        flushed_meanwhile = machine.disks.flushes(machine.id) != before
        machine.on()
        machine.mount()
        assert machine.path("flushed").read_bytes() == content
        if not flushed_meanwhile:
            break
        # Somebody else on this computer flushed all disks.
        assert attempt < ATTEMPTS - 1
    lost = machine.path("not flushed")
    assert not lost.exists() or lost.read_bytes() != content


def test_what_was_written_before_an_unmount_is_there(machine):
    machine.mount()
    content = random.randbytes(3_000_000)
    machine.write("file", content, flush=False)
    machine.unmount()
    machine.cut_power()
    machine.on()
    machine.mount()
    assert machine.path("file").read_bytes() == content


@pytest.mark.parametrize("part", [0.2, 0.5, 0.8])
def test_a_formatting_is_completed(machine, part):
    process = machine.inside(SCRIPTS / "mount-data-volume", machine.config)
    # About what a formatting takes here.
    time.sleep(part * 2)
    machine.cut_power()
    process.wait()
    machine.on()
    machine.mount()
    machine.write("file", b"content", flush=True)
    machine.unmount()
    machine.check()


@pytest.mark.parametrize("part", [0.2, 0.5, 0.8])
def test_a_growth_is_completed(machine, part):
    machine.mount()
    content = random.randbytes(3_000_000)
    machine.write("file", content, flush=True)
    machine.unmount()
    machine.resize(640)
    subprocess.run(["losetup", "--set-capacity", machine.loop], check=True)
    process = machine.inside(SCRIPTS / "mount-data-volume", machine.config)
    time.sleep(part)
    machine.cut_power()
    process.wait()
    machine.on()
    machine.mount()
    assert machine.path("file").read_bytes() == content
    status = os.statvfs(machine.path("."))
    assert status.f_blocks * status.f_frsize > 550 * MIB
    machine.unmount()
    machine.check()
