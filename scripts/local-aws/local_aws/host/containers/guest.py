"""One machine as a container, with its disks."""

import contextlib
import errno
import os
import signal
import socket
import stat
import threading
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from ..addresses import MachineAddresses
from ..commands import MachineError
from ..driver import End, MachineSpec, Wish
from ..execution import Command
from ..names import Folders, Names
from ..network import Network
from . import block_view, control_group, device_nodes, kernel_settings
from .execution import ContainerExecution
from .loop_disks import LoopDisks
from .nspawn import Nspawn

LEADER_LIMIT_SEC = 15
COPY_INTERVAL_SEC = 0.02
END_INTERVAL_SEC = 0.05


@dataclass(frozen=True)
class _Disk:
    file: Path
    slot: int


class Container:
    """A machine under systemd-nspawn. Implements `Guest`."""

    def __init__(self, spec: MachineSpec, folders: Folders, names: Names, network: Network, disks: LoopDisks) -> None:
        self._spec = spec
        self._home = folders.home
        self._folder = folders.instances / spec.id
        self._names = names
        self._network = network
        self._loops = disks
        self._disks: dict[str, _Disk] = {}
        self._lock = threading.RLock()
        self._nspawn: Nspawn | None = None

    def power_on(self) -> None:
        """Starts systemd-nspawn."""
        nspawn = Nspawn(
            self._home,
            self._spec.id,
            layers=self._spec.layers,
            namespace=self._network.namespace_path(self._spec.id),
            group=control_group.make_group(self._names.cgroup, self._spec.id),
            console=self._folder / "console.log",
        )
        with self._lock:
            self._nspawn = nspawn

    def wait(self) -> End:
        """Waits for the end of systemd-nspawn and of all processes of the machine.

        Makes the device nodes first, as soon as the machine has a /dev.
        """
        nspawn = self._nspawn
        if nspawn is None:
            return End.OFF
        self._make_nodes(nspawn)
        end = nspawn.wait() or End.OFF
        self._end_processes()
        return end

    def ask(self, wish: Wish) -> bool:
        """Sends a signal to process 1."""
        nspawn = self._nspawn
        return nspawn is not None and nspawn.ask(wish)

    def cut_power(self) -> None:
        """Kills process 1."""
        nspawn = self._nspawn
        if nspawn:
            nspawn.kill()

    def release(self) -> list[str]:
        """Removes loop devices and the control group."""
        problems = []
        with self._lock:
            self._nspawn = None
            for volume_id, disk in self._disks.items():
                try:
                    self._disconnect(disk.file)
                except (MachineError, OSError) as error:
                    problems.append(f"volume {volume_id} could not be taken from the machine: {error}")
            self._disks.clear()
        try:
            control_group.remove_group(self._names.cgroup, self._spec.id)
        except OSError as error:
            problems.append(f"the machine's control group could not be removed: {error}")
        return problems

    def prepare(self) -> None:
        """Makes the folders that the machine sees, without a disk yet, and its unit."""
        # What Docker keeps there lives as long as the machine.
        self._folder.joinpath("docker").mkdir(mode=0o710, exist_ok=True)
        self._by_id.mkdir(exist_ok=True)
        for node in self._by_id.iterdir():
            node.unlink()
        block_view.make_folders(self._view)
        kernel_settings.write_unit(self._folder / "given")

    def plug(self, volume_id: str, file: Path, slot: int) -> None:
        """Connects a loop device, and makes its names in the machine."""
        with self._lock:
            device = self._loops.connect(file)
            self._disks[volume_id] = _Disk(file, slot)
            block_view.show(self._view, device_nodes.nvme_name(slot), device)
            device_nodes.make_by_id(self._by_id, volume_id, device)
            leader = self._leader
            if leader:
                device_nodes.make_nvme(leader, slot, device)

    def unplug(self, volume_id: str) -> None:
        """Disconnects the loop device, and removes its names."""
        with self._lock:
            disk = self._disks.get(volume_id)
            if disk is None:
                return
            users = self._loops.lasting_users(disk.file)
            if users:
                busy = ", ".join(users)
                raise MachineError(f"volume {volume_id} is {busy} on instance {self._spec.id}: unmount it first")
            self._loops.disconnect(disk.file)
            del self._disks[volume_id]
            device_nodes.remove_by_id(self._by_id, volume_id)
            block_view.hide(self._view, device_nodes.nvme_name(disk.slot))
            leader = self._leader
            if leader:
                device_nodes.remove_nvme(leader, disk.slot)

    def set_addresses(self, addresses: MachineAddresses) -> None:
        """Sets them on the interface in the machine's namespace."""
        self._network.set_addresses(self._spec.id, addresses)

    def begin(self, command: Command) -> ContainerExecution:
        """Begins a command as a service of the machine's systemd."""
        nspawn = self._nspawn
        if nspawn is None:
            raise MachineError(f"instance {self._spec.id} went off before it could run {command.argv[0]}")
        return ContainerExecution(self._spec.id, nspawn, command, self._members)

    def processes_of(self, service: str) -> Collection[int]:
        """Returns them from the control group of the service, as this host numbers them."""
        return list(self._members(service))

    def connect_to_socket(self, path: str) -> socket.socket:
        """Connects through the root folder of process 1."""
        leader = self._leader
        if leader is None:
            raise ConnectionRefusedError(errno.ECONNREFUSED, f"machine {self._spec.id} is off")
        file = f"/proc/{leader}/root{path}"
        # A link would lead out of the machine: to a socket of this host.
        if not stat.S_ISSOCK(os.lstat(file).st_mode):
            raise ConnectionRefusedError(errno.ECONNREFUSED, f"{path} of machine {self._spec.id} is no socket")
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(file)
        except OSError:
            connection.close()
            raise
        return connection

    @property
    def _leader(self) -> int | None:
        return self._nspawn.leader if self._nspawn else None

    @property
    def _by_id(self) -> Path:
        return self._folder / "by-id"

    @property
    def _view(self) -> Path:
        return self._folder / "sys"

    def _end_processes(self) -> None:
        # They outlive a systemd-nspawn that was killed. One that the kernel cannot end yet holds the machine's files.
        while left := list(control_group.members(self._names.cgroup, self._spec.id)):
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(END_INTERVAL_SEC)

    def _members(self, service: str) -> Iterator[int]:
        return control_group.members(self._names.cgroup, f"{self._spec.id}/payload/system.slice/{service}")

    def _make_nodes(self, nspawn: Nspawn) -> None:
        deadline = time.monotonic() + LEADER_LIMIT_SEC
        while not nspawn.has_ended and time.monotonic() < deadline:
            with self._lock:
                leader = nspawn.leader
                for disk in self._disks.values() if leader else ():
                    device = self._loops.device(disk.file)
                    with contextlib.suppress(OSError):
                        if leader and device:
                            device_nodes.make_nvme(leader, disk.slot, device)
            if leader:
                return
            time.sleep(0.01)

    def _disconnect(self, file: Path) -> None:
        # A copy has the file system open. The kernel would drop the device when the copy ends, whoever has it by then.
        while self._loops.is_copied(file):
            time.sleep(COPY_INTERVAL_SEC)
        # The kernel may release a disk a moment after the machine's last process has ended.
        self._loops.lasting_users(file)
        self._loops.disconnect(file)
