"""The driver of containers: their machines, and what a killed server leaves of them."""

import contextlib
import os
import signal
import time
from pathlib import Path

from ..commands import run
from ..driver import MachineSpec, Wish
from ..mounts import mount_points_below
from ..names import Folders, Names
from ..network import Network
from . import control_group, loop_disks, standstill
from .guest import Container
from .nspawn import BOOT_MACHINE, SIGNALS
from .processes import all_pids, command_line, leader_of
from .waiting import wait_until

POWER_OFF_LIMIT_SEC = 20
KILL_LIMIT_SEC = 10
NSPAWN_RUN = Path("/run/systemd/nspawn")
TOOLS = {
    "systemd-nspawn": "systemd-container", "losetup": "mount", "unshare": "util-linux", "nsenter": "util-linux",
}  # fmt: skip


class Containers:
    """Machines under systemd-nspawn. Implements `Driver`."""

    def __init__(self, folders: Folders, names: Names) -> None:
        self._folders = folders
        self._home = folders.home
        self._names = names
        self.tools = TOOLS
        self.disks = loop_disks.LoopDisks()

    def guest(self, spec: MachineSpec, network: Network) -> Container:
        """Prepares a container."""
        return Container(spec, self._folders, self._names, network, self.disks)

    def clean_up(self) -> None:
        """Ends machines, and removes mounts, loop devices and control groups."""
        self._end_machines()
        for point in mount_points_below(self._home):
            run("umount", point)
        for device, _file in self._loop_devices():
            run("losetup", "--detach", device)
        wait_until(lambda: not self._loop_devices(), loop_disks.PASSING_LIMIT_SEC)
        self._tidy_nspawn()
        self.close()

    def leftovers(self) -> list[str]:
        """Returns processes, mounts, loop devices and control groups."""
        found = [f"process {pid}" for pid in self._processes()]
        found += [f"mount {point}" for point in mount_points_below(self._home)]
        found += [f"loop device {device} on {file}" for device, file in self._loop_devices()]
        return found + [f"control group {group}" for group in control_group.remaining_groups(self._names.cgroup)]

    def close(self) -> None:
        """Removes the control group above those of the machines."""
        control_group.remove_group(self._names.cgroup)

    def _loop_devices(self) -> list[tuple[str, str]]:
        # The folder of the disks may be a link to one elsewhere.
        roots = (self._home, self._folders.disks.resolve())
        return [each for each in loop_disks.loop_devices() if any(map(Path(each[1]).is_relative_to, roots))]

    def _end_machines(self) -> None:
        for device, _file in self._loop_devices():
            standstill.thaw(device)
        deadline = time.monotonic() + POWER_OFF_LIMIT_SEC
        # Power them off in good order first, so that their programs write what they have not written yet.
        while (running := supervisors(self._home)) and time.monotonic() < deadline:
            for supervisor in running:
                leader = leader_of(supervisor)
                if leader:
                    _send(leader, SIGNALS[Wish.POWER_OFF])
            wait_until(lambda: not supervisors(self._home), 1)
        for pid in self._processes():
            _send(pid, signal.SIGKILL)
        wait_until(lambda: not self._processes(), KILL_LIMIT_SEC)

    def _processes(self) -> list[int]:
        members = control_group.members(self._names.cgroup)
        return sorted({*supervisors(self._home), *members} - {0, os.getpid()})

    def _tidy_nspawn(self) -> None:
        instances = self._folders.instances
        for folder in instances.iterdir() if instances.exists() else ():
            export = NSPAWN_RUN / "unix-export" / folder.name
            if os.path.ismount(export):
                run("umount", export)
            for left in (export, NSPAWN_RUN / "propagate" / folder.name):
                with contextlib.suppress(OSError):
                    left.rmdir()


def supervisors(home: Path) -> list[int]:
    """Returns the systemd-nspawn processes of a home, and those that are about to become one."""
    return [pid for pid in all_pids() if _supervises(command_line(pid), home)]


def _supervises(words: list[str], home: Path) -> bool:
    prefix = f"--directory={Folders(home).instances}/"
    return any(word.startswith(prefix) for word in words) or (str(BOOT_MACHINE) in words and str(home) in words)


def _send(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
