"""Finds and removes what a killed local AWS left in the kernel: processes, mounts, networks, disks, rules.

All their names derive from its folder. Nothing of another local AWS is touched.
"""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from local_aws.core.errors import LocalAwsError

from . import control_group, disk, firewall, forwarding
from .commands import run, succeeds
from .names import Folders, Names
from .nspawn import BOOT_MACHINE, POWER_OFF
from .processes import all_pids, command_line, leader_of, mount_points_below

POWER_OFF_LIMIT_SEC = 20
KILL_LIMIT_SEC = 10
NSPAWN_RUN = Path("/run/systemd/nspawn")


class StillMounted(LocalAwsError):
    """Something is mounted in a folder that should be deleted. The deletion would go through the mount."""


def clean_up(home: Path) -> None:
    """Removes everything that a local AWS left, except its files. It must not be running."""
    home = home.resolve()
    names = Names.of(home)
    _end_machines(home, names)
    for point in mount_points_below(home):
        run("umount", point)
    remove_kernel_objects(names)
    for device, file in disk.loop_devices():
        if Path(file).is_relative_to(home):
            run("losetup", "--detach", device)
    _tidy_nspawn(home)
    forwarding.turn_off()


def remove_kernel_objects(names: Names) -> None:
    """Removes network namespaces, cables, bridge, firewall rules and control groups. The machines must be off."""
    for namespace in Path("/run/netns").glob(f"{names.namespace_prefix}*"):
        run("ip", "netns", "delete", namespace.name)
    for link in Path("/sys/class/net").glob(f"{names.cable_prefix}*"):
        succeeds("ip", "link", "delete", link.name)
    if Path("/sys/class/net", names.bridge).exists():
        run("ip", "link", "delete", names.bridge)
    firewall.remove_rules(names.rule_comment)
    control_group.remove_group(names.cgroup)


def leftovers(home: Path) -> list[str]:
    """Returns what the kernel has of a local AWS, a line each: nothing after an orderly end."""
    home = home.resolve()
    names = Names.of(home)
    found = [f"process {pid}" for pid in _processes(home, names)]
    found += [f"mount {point}" for point in mount_points_below(home)]
    found += [
        f"loop device {device} on {file}" for device, file in disk.loop_devices() if Path(file).is_relative_to(home)
    ]
    found += [f"network namespace {path.name}" for path in Path("/run/netns").glob(f"{names.namespace_prefix}*")]
    links = (path.name for path in Path("/sys/class/net").iterdir())
    found += [f"interface {name}" for name in links if name == names.bridge or name.startswith(names.cable_prefix)]
    found += [f"firewall rule in {rule}" for rule in firewall.remaining_rules(names.rule_comment)]
    return found + [f"control group {group}" for group in control_group.remaining_groups(names.cgroup)]


def require_nothing_mounted(folder: Path) -> None:
    """Raises StillMounted when something is mounted below a folder."""
    points = mount_points_below(folder)
    if points:
        raise StillMounted(f"{points[0]} is mounted: unmount it before {folder} is deleted")


def _end_machines(home: Path, names: Names) -> None:
    for device, file in disk.loop_devices():
        if Path(file).is_relative_to(home):
            disk.thaw(device)
    deadline = time.monotonic() + POWER_OFF_LIMIT_SEC
    # Power them off in good order first, so that their programs write what they have not written yet.
    while (supervisors := _supervisors(home)) and time.monotonic() < deadline:
        for supervisor in supervisors:
            leader = leader_of(supervisor)
            if leader:
                _send(leader, POWER_OFF)
        _wait_until_gone(lambda: not _supervisors(home), 1)
    for pid in _processes(home, names):
        _send(pid, signal.SIGKILL)
    _wait_until_gone(lambda: not _processes(home, names), KILL_LIMIT_SEC)


def _supervisors(home: Path) -> list[int]:
    """Returns the systemd-nspawn processes of this home, and those that are about to become one."""
    return [pid for pid in all_pids() if _supervises(command_line(pid), home)]


def _supervises(words: list[str], home: Path) -> bool:
    prefix = f"--directory={Folders(home).instances}/"
    return any(word.startswith(prefix) for word in words) or (str(BOOT_MACHINE) in words and str(home) in words)


def _processes(home: Path, names: Names) -> list[int]:
    return sorted({*_supervisors(home), *control_group.members(names.cgroup)} - {0, os.getpid()})


def _wait_until_gone(gone: Callable[[], bool], limit_sec: float) -> None:
    deadline = time.monotonic() + limit_sec
    while not gone() and time.monotonic() < deadline:
        time.sleep(0.02)


def _send(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _tidy_nspawn(home: Path) -> None:
    instances = Folders(home).instances
    for folder in instances.iterdir() if instances.exists() else ():
        export = NSPAWN_RUN / "unix-export" / folder.name
        if os.path.ismount(export):
            run("umount", export)
        for left in (export, NSPAWN_RUN / "propagate" / folder.name):
            with contextlib.suppress(OSError):
                left.rmdir()
