"""One machine: systemd-nspawn over the layers of its image. A thread watches it from its boot until it is off."""

import contextlib
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from local_aws.core.aws_names import internal_zone

from . import control_group, device_nodes, seed
from .addresses import MachineAddresses
from .commands import MachineError
from .disk import Disks
from .names import Folders, Names
from .network import Network
from .nspawn import POWER_OFF, REBOOT, REBOOT_STATUS, Nspawn

POWER_OFF_LIMIT_SEC = 45
REBOOT_LIMIT_SEC = 90
LEADER_LIMIT_SEC = 15
RELEASE_LIMIT_SEC = 2
# A signal is lost when process 1 does not listen yet. It is sent again.
SIGNAL_INTERVAL_SEC = 1


@dataclass(frozen=True)
class MachineSpec:
    """How to boot a machine. `layers` are paths from the home folder. `volumes` are sizes in GiB by volume id."""

    id: str
    layers: Sequence[str]
    hostname: str
    mac_address: str
    addresses: MachineAddresses
    placement: Mapping[str, str]
    keys: Sequence[str] = ()
    user_data: bytes = b""
    volumes: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Surroundings:
    """The things that all machines of one local AWS share. `authority` is the certificate that they trust, as PEM."""

    folders: Folders
    names: Names
    network: Network
    disks: Disks
    authority: str


class Machine:
    """A machine. It boots again when it reboots itself. `on_off` is called when it powered itself off.

    Several threads may call it.
    """

    def __init__(self, spec: MachineSpec, around: Surroundings, on_off: Callable[["Machine"], None]) -> None:
        self.spec = spec
        self.folder = around.folders.instances / spec.id
        self._around = around
        self._on_off = on_off
        self._slots: dict[str, int] = {}
        self._lock = threading.RLock()
        self._off = threading.Event()
        self._wanted_on = True
        self._must_restart = False
        self._nspawn: Nspawn | None = None

    @property
    def is_on(self) -> bool:
        """Says whether the machine runs or boots."""
        return self._nspawn is not None and not self._off.is_set()

    def boot(self) -> None:
        """Starts the machine and returns while it boots. Raises MachineError, and leaves nothing behind then."""
        try:
            self._prepare()
            self._nspawn = self._start()
        except (MachineError, OSError) as error:
            self._release()
            raise MachineError(f"machine {self.spec.id} cannot boot: {error}") from error
        threading.Thread(target=self._watch, args=[self._nspawn], name=f"watch {self.spec.id}", daemon=True).start()

    def halt(self, limit_sec: float = POWER_OFF_LIMIT_SEC) -> None:
        """Powers the machine off and returns when it is off. Cuts it off after the limit."""
        with self._lock:
            self._wanted_on = False
        deadline = time.monotonic() + limit_sec
        while self.is_on and time.monotonic() < deadline:
            nspawn = self._nspawn
            asked = nspawn is not None and nspawn.ask(POWER_OFF)
            self._off.wait(SIGNAL_INTERVAL_SEC if asked else 0.05)
        self.cut_off()

    def cut_off(self) -> None:
        """Ends the machine as a power cut would, if it is on."""
        with self._lock:
            self._wanted_on = False
            nspawn = self._nspawn
        if nspawn:
            nspawn.kill()
            self._off.wait(POWER_OFF_LIMIT_SEC)

    def reboot(self) -> None:
        """Asks the machine to reboot, and returns. Cuts it off and boots it after the limit."""
        nspawn = self._nspawn
        if nspawn:
            threading.Thread(target=self._reboot, args=[nspawn], name=f"reboot {self.spec.id}", daemon=True).start()

    def plug(self, volume_id: str, size_gib: int) -> None:
        """Gives the machine a disk. Raises MachineError."""
        with self._lock:
            device = self._around.disks.connect(volume_id, size_gib)
            slot = min(set(range(1, len(self._slots) + 2)) - set(self._slots.values()))
            self._slots[volume_id] = slot
            device_nodes.make_by_id(self.folder / "by-id", volume_id, device)
            leader = self._nspawn.leader if self._nspawn else None
            if leader:
                device_nodes.make_nvme(leader, slot, device)

    def unplug(self, volume_id: str) -> None:
        """Takes a disk from the machine. Raises MachineError when something uses it."""
        with self._lock:
            users = self._around.disks.users(volume_id)
            if users:
                busy = ", ".join(users)
                raise MachineError(f"volume {volume_id} is {busy} on instance {self.spec.id}: unmount it first")
            self._around.disks.disconnect(volume_id)
            device_nodes.remove_by_id(self.folder / "by-id", volume_id)
            slot, leader = self._slots.pop(volume_id, None), self._nspawn.leader if self._nspawn else None
            if slot and leader:
                device_nodes.remove_nvme(leader, slot)

    def set_addresses(self, addresses: MachineAddresses) -> None:
        """Gives the machine exactly these addresses."""
        with self._lock:
            if self.is_on:
                self._around.network.set_addresses(self.spec.id, addresses)

    def _prepare(self) -> None:
        folder, spec, given = self.folder, self.spec, self.folder / "given"
        for name in ("upper", "work", "root", "by-id", "given"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        # The overlay takes the mode of / from this folder. All users of the machine must be able to enter /.
        (folder / "upper").chmod(0o755)
        for node in (folder / "by-id").iterdir():
            node.unlink()
        seed.write_identity(
            given, seed.Identity(spec.id, spec.hostname, spec.keys, spec.placement), user_data=spec.user_data
        )
        home = self._around.folders.home
        way_out = seed.WayOut(internal_zone(spec.placement["region"]), self._around.authority)
        seed.write_way_out(given, [folder / "upper", *(home / layer for layer in spec.layers)], way_out)
        self._around.network.connect(spec.id, spec.mac_address, spec.addresses)
        for volume_id, size_gib in spec.volumes.items():
            self.plug(volume_id, size_gib)

    def _start(self) -> Nspawn:
        return Nspawn(
            self._around.folders.home,
            self.spec.id,
            layers=self.spec.layers,
            namespace=self._around.network.namespace_path(self.spec.id),
            group=control_group.make_group(self._around.names.cgroup, self.spec.id),
            console=self.folder / "console.log",
        )

    def _watch(self, nspawn: Nspawn) -> None:
        while True:
            self._make_nodes(nspawn)
            status = nspawn.wait()
            with self._lock:
                again = self._wanted_on and (status == REBOOT_STATUS or self._must_restart)
                self._must_restart = False
                if again:
                    try:
                        self._nspawn = nspawn = self._start()
                        continue
                    except (MachineError, OSError) as error:
                        self._note(f"cannot boot again: {error}")
                by_itself = self._wanted_on
                self._release()
                self._nspawn = None
            self._off.set()
            if by_itself:
                self._on_off(self)
            return

    def _make_nodes(self, nspawn: Nspawn) -> None:
        deadline = time.monotonic() + LEADER_LIMIT_SEC
        while not nspawn.has_ended and time.monotonic() < deadline:
            with self._lock:
                leader = nspawn.leader
                for volume_id, slot in self._slots.items() if leader else ():
                    device = self._around.disks.device(volume_id)
                    with contextlib.suppress(OSError):
                        if leader and device:
                            device_nodes.make_nvme(leader, slot, device)
            if leader:
                return
            time.sleep(0.01)

    def _reboot(self, nspawn: Nspawn) -> None:
        with self._lock:
            self._must_restart = True
        deadline = time.monotonic() + REBOOT_LIMIT_SEC
        while not nspawn.has_ended and self._wanted_on:
            if time.monotonic() > deadline:
                nspawn.kill()
            nspawn.wait(SIGNAL_INTERVAL_SEC if nspawn.ask(REBOOT) else 0.05)

    def _release(self) -> None:
        for volume_id in list(self._slots):
            self._noted(lambda volume_id=volume_id: self._disconnect(volume_id))
        self._slots.clear()
        self._noted(lambda: self._around.network.disconnect(self.spec.id))
        self._noted(lambda: control_group.remove_group(self._around.names.cgroup, self.spec.id))

    def _disconnect(self, volume_id: str) -> None:
        # The kernel may release a disk a moment after the machine's last process has ended.
        deadline = time.monotonic() + RELEASE_LIMIT_SEC
        while self._around.disks.users(volume_id) and time.monotonic() < deadline:
            time.sleep(0.02)
        self._around.disks.disconnect(volume_id)

    def _noted(self, action: Callable[[], None]) -> None:
        try:
            action()
        except (MachineError, OSError) as error:
            self._note(str(error))

    def _note(self, text: str) -> None:
        with self.folder.joinpath("console.log").open("a") as console:
            console.write(f"\nlocal AWS: {text}\n")
