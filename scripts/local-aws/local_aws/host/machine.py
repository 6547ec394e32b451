"""One machine: its life from its boot until it is off, whatever kind of machine it is. A thread watches it."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from local_aws.core.aws_names import internal_zone

from . import seed
from .addresses import MachineAddresses
from .commands import MachineError, reason_of
from .disk import Disks
from .driver import Driver, End, MachineSpec, Wish
from .execution import Command, Execution
from .names import Folders
from .network import Network

POWER_OFF_LIMIT_SEC = 45
REBOOT_LIMIT_SEC = 90
# A wish is lost when the operating system does not listen yet. It is passed on again.
WISH_INTERVAL_SEC = 1


@dataclass(frozen=True)
class Surroundings:
    """The things that all machines of one local AWS share. `authority` is the certificate that they trust, as PEM."""

    folders: Folders
    network: Network
    disks: Disks
    driver: Driver
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
        self._guest = around.driver.guest(spec, around.network)
        self._slots: dict[str, int] = {}
        self._lock = threading.RLock()
        self._off = threading.Event()
        self._wanted_on = True
        self._must_restart = False
        # One for each boot. It is set when that boot has ended.
        self._ended: threading.Event | None = None

    @property
    def is_on(self) -> bool:
        """Says whether the machine runs or boots."""
        return self._ended is not None and not self._off.is_set()

    @property
    def is_over(self) -> bool:
        """Says whether the machine was on and went off. It never boots again."""
        return self._off.is_set()

    def boot(self) -> None:
        """Starts the machine and returns while it boots. Raises MachineError, and leaves nothing behind then."""
        with self._lock:
            if not self._wanted_on:
                raise MachineError(f"machine {self.spec.id} cannot boot: it was halted before")
            try:
                self._prepare()
                self._guest.power_on()
            except Exception as error:
                self._release()
                raise MachineError(f"machine {self.spec.id} cannot boot: {reason_of(error)}") from error
            self._ended = threading.Event()
        threading.Thread(target=self._watch, name=f"watch {self.spec.id}", daemon=True).start()

    def halt(self, limit_sec: float = POWER_OFF_LIMIT_SEC) -> None:
        """Powers the machine off and returns when it is off. Cuts it off after the limit.

        Raises MachineError while it is still on.
        """
        with self._lock:
            self._wanted_on = False
        deadline = time.monotonic() + limit_sec
        while self.is_on and time.monotonic() < deadline:
            self._off.wait(WISH_INTERVAL_SEC if self._guest.ask(Wish.POWER_OFF) else 0.05)
        self.cut_off()

    def cut_off(self) -> None:
        """Ends the machine as a power cut would, if it is on. Raises MachineError while it is still on."""
        with self._lock:
            self._wanted_on = False
        if self.is_on:
            self._guest.cut_power()
            if not self._off.wait(POWER_OFF_LIMIT_SEC):
                raise MachineError(
                    f"machine {self.spec.id} is still on {POWER_OFF_LIMIT_SEC} s after its power was cut: the kernel"
                    " cannot end its processes yet"
                )

    def reboot(self) -> None:
        """Asks the machine to reboot, and returns. Cuts it off and boots it after the limit."""
        with self._lock:
            if self.is_on:
                self._must_restart = True
                threading.Thread(
                    target=self._reboot, args=[self._ended], name=f"reboot {self.spec.id}", daemon=True
                ).start()

    def plug(self, volume_id: str, size_gib: int) -> None:
        """Gives the machine a disk. Raises MachineError."""
        with self._lock:
            file = self._around.disks.make(volume_id, size_gib)
            slot = min(set(range(1, len(self._slots) + 2)) - set(self._slots.values()))
            self._guest.plug(volume_id, file, slot)
            self._slots[volume_id] = slot

    def unplug(self, volume_id: str) -> None:
        """Takes a disk from the machine. Raises MachineError when something uses it."""
        with self._lock:
            self._guest.unplug(volume_id)
            self._slots.pop(volume_id, None)

    def set_addresses(self, addresses: MachineAddresses) -> None:
        """Gives the machine exactly these addresses."""
        with self._lock:
            if self.is_on:
                self._guest.set_addresses(addresses)

    def begin(self, command: Command) -> Execution:
        """Begins a command on the machine, as soon as that takes commands. Raises MachineError when it is off."""
        return self._guest.begin(command)

    def processes_of(self, service: str) -> Collection[int]:
        """Returns the processes of a service of the machine's systemd. A machine that is off has none."""
        return self._guest.processes_of(service) if self.is_on else ()

    def connect_to_socket(self, path: str) -> socket.socket:
        """Connects to a socket in the machine's file system. Raises OSError."""
        return self._guest.connect_to_socket(path)

    def _prepare(self) -> None:
        folder, spec, given = self.folder, self.spec, self.folder / "given"
        for name in ("upper", "work", "root", "given"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        # The overlay takes the mode of / from this folder. All users of the machine must be able to enter /.
        (folder / "upper").chmod(0o755)
        seed.write_identity(
            given, seed.Identity(spec.id, spec.hostname, spec.keys, spec.placement), user_data=spec.user_data
        )
        home = self._around.folders.home
        way_out = seed.WayOut(internal_zone(spec.placement["region"]), self._around.authority)
        seed.write_way_out(given, [folder / "upper", *(home / layer for layer in spec.layers)], way_out)
        self._guest.prepare()
        self._around.network.connect(spec.id, spec.mac_address, spec.addresses)
        for volume_id, size_gib in spec.volumes.items():
            self.plug(volume_id, size_gib)

    def _watch(self) -> None:
        while True:
            end = self._guest.wait()
            with self._lock:
                ended = self._ended
                again = self._wanted_on and (end is End.WANTS_TO_BOOT_AGAIN or self._must_restart)
                self._must_restart = False
                if again:
                    try:
                        self._guest.power_on()
                        self._ended = threading.Event()
                    except Exception as error:
                        self._note(f"cannot boot again: {reason_of(error)}")
                        again = False
                if ended:
                    ended.set()
                if again:
                    continue
                by_itself = self._wanted_on
                self._release()
                self._off.set()
            if by_itself:
                self._on_off(self)
            return

    def _reboot(self, ended: threading.Event) -> None:
        deadline = time.monotonic() + REBOOT_LIMIT_SEC
        while self._wanted_on and not ended.is_set():
            # Under the lock, no next boot begins that would be rebooted in place of this one.
            with self._lock:
                if ended.is_set():
                    return
                if time.monotonic() > deadline:
                    self._guest.cut_power()
                heard = self._guest.ask(Wish.REBOOT)
            ended.wait(WISH_INTERVAL_SEC if heard else 0.05)

    def _release(self) -> None:
        for problem in self._guest.release():
            self._note(problem)
        self._slots.clear()
        try:
            self._around.network.disconnect(self.spec.id)
        except (MachineError, OSError) as error:
            self._note(str(error))

    def _note(self, text: str) -> None:
        # A full disk keeps no machine on.
        with contextlib.suppress(OSError), self.folder.joinpath("console.log").open("a") as console:
            console.write(f"\nlocal AWS: {text}\n")
