"""All machines of one local AWS, with their disks, images and network."""

import contextlib
import errno
import shutil
import socket
import sys
import threading
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from ipaddress import AddressValueError, IPv4Address, IPv4Network
from pathlib import Path
from typing import Any

from local_aws.core.certificates import CertificateAuthority, keep_authority
from local_aws.core.errors import LocalAwsError

from . import clean_up, forwarding, unknown
from .addresses import AddressPlan
from .commands import MachineError, reason_of
from .disk import Disks
from .driver import Driver, MachineSpec
from .drivers import choose_driver
from .execution import TIMEOUT_SEC, Command, Execution, Finished
from .image_layers import ImageLayers
from .lost_and_found import LostAndFound
from .machine import Machine, Surroundings
from .names import REMOVED, Folders, Names
from .namespaces import connect_in
from .network import Network
from .record import Record, load_record, save_record
from .requirements import require_base, require_tools
from .unknown import Known

CONNECT_LIMIT_SEC = 30


class Fleet:
    """Machines by instance id. `on_off` is called when a machine went off by itself.

    Several threads may call it: machines boot, run and halt side by side.
    """

    def __init__(self, home: Path, plan: AddressPlan, base_image: Path, driver: Driver) -> None:
        self.plan = plan
        self.folders = Folders(home.resolve())
        self.names = Names.of(home)
        self.network = Network(self.names, plan)
        self._driver = driver
        self.disks = Disks(self.folders, driver.disks)
        self.layers = ImageLayers(self.folders, base_image)
        self.lost_and_found = LostAndFound(self.folders)
        self.on_off: Callable[[Machine], None] = lambda _machine: None
        self._machines: dict[str, Machine] = {}
        # Guards the machines, and the choice of an address. Nobody holds it while a machine boots or halts.
        self._lock = threading.Lock()
        self._closing = False

    @cached_property
    def authority(self) -> CertificateAuthority:
        """The certificate authority that every machine trusts."""
        return keep_authority(self.folders.authority)

    @cached_property
    def _around(self) -> Surroundings:
        return Surroundings(self.folders, self.network, self.disks, self._driver, self.authority.certificate)

    def clean_up(self) -> None:
        """Removes what a crash of this local AWS left in the kernel. Files stay."""
        clean_up.clean_up(self.folders.home)

    def open(self) -> None:
        """Makes the folders and the network. Raises LocalAwsError when this host routes the network elsewhere."""
        self.folders.make()
        self.network.up()
        # Only now is the network known to be free. A start that failed may be given another one.
        self.folders.remember_network(self.plan.network)

    def shut_down(self) -> None:
        """Powers all machines off at once, also those that are about to boot, and removes the network."""
        with self._lock:
            self._closing = True
        try:
            self.halt(list(self._machines))
        except MachineError as error:
            print(f"local-aws: {error}", file=sys.stderr, flush=True)
        self._driver.close()
        clean_up.remove_network(self.names)
        forwarding.turn_off()

    def describe(self) -> dict[str, Any]:
        """Returns what the health answer says: `running_machines` by id with their addresses, and `lost_and_found`."""
        return {
            "running_machines": {
                machine.spec.id: list(machine.spec.addresses.all)
                for machine in list(self._machines.values())
                if machine.is_on
            },
            "lost_and_found": self.lost_and_found.things(),
        }

    def get(self, instance_id: str) -> Machine | None:
        """Returns the machine of an instance when it is on."""
        machine = self._machines.get(instance_id)
        return machine if machine and machine.is_on else None

    def holds(self, machine: Machine) -> bool:
        """Says whether a machine, on or off, is still the one of its instance. At a shutdown none is."""
        return not self._closing and self._machines.get(machine.spec.id) is machine

    def console(self, instance_id: str) -> Path:
        """Returns the file with the console output of an instance, on or off."""
        return self.folders.instances / instance_id / "console.log"

    def boot(self, spec: MachineSpec) -> None:
        """Boots a machine. Raises MachineError, also when it is on, was halted meanwhile, or everything shuts down."""
        with self._lock:
            present = self._machines.get(spec.id)
            if self._closing or (present and not present.is_over):
                why = "the local AWS is shutting down" if self._closing else "it is on, or about to boot"
                raise MachineError(f"machine {spec.id} cannot boot: {why}")
            machine = self._machines[spec.id] = Machine(spec, self._around, lambda machine: self.on_off(machine))
        try:
            machine.boot()
        except Exception:
            self._forget(machine)
            raise

    def halt(self, instance_ids: Iterable[str]) -> None:
        """Powers machines off, all at once, and returns when they are off.

        Raises MachineError when some are still on. Those stay in the fleet.
        """
        with self._lock:
            found = [self._machines.get(instance_id) for instance_id in instance_ids]
        machines = [machine for machine in found if machine]
        if not machines:
            return
        with ThreadPoolExecutor(len(machines)) as pool:
            problems = list(pool.map(_problem_of_halt, machines))
        for machine, problem in zip(machines, problems, strict=True):
            if problem is None:
                self._forget(machine)
        still_on = [problem for problem in problems if problem is not None]
        if still_on:
            raise MachineError("; ".join(still_on))

    def run(
        self, instance_id: str, argv: Sequence[str], *, input: bytes = b"", timeout_sec: float = TIMEOUT_SEC,
        user: str = "root", environment: Mapping[str, str] | None = None, folder: str = "/",
    ) -> Finished:  # fmt: skip
        """Runs a command on a machine, and returns its exit code and output when it has ended.

        Waits for a machine that still boots. Raises MachineError when the machine is off or goes off, or has no such
        program, user or folder.
        """
        command = Command(argv, input, timeout_sec, user, environment or {}, folder)
        return self.begin(instance_id, command).wait()

    def begin(self, instance_id: str, command: Command) -> Execution:
        """Begins a command on a machine. It can be cancelled. Raises MachineError when the machine is off."""
        machine = self.get(instance_id)
        if machine is None:
            raise MachineError(f"instance {instance_id} is off: start it, and run {command.argv[0]} then")
        return machine.begin(command)

    def connect(self, instance_id: str, host: str, port: int) -> socket.socket:
        """Connects to a port as a program on the machine does: `127.0.0.1` is the machine itself.

        Raises MachineError when the machine is off, knows no such host, or nobody answers there.
        """
        address = self._resolve(instance_id, host)
        try:
            return connect_in(self.network.namespace_path(instance_id), address, port, CONNECT_LIMIT_SEC)
        except OSError as error:
            why = (error.strerror or str(error)).lower()
            raise MachineError(f"instance {instance_id} could not connect to {host}:{port}: {why}") from error

    def processes_of(self, instance_id: str, service: str) -> Collection[int]:
        """Returns the processes of a service of a machine, such as ecs.service. A machine that is off has none."""
        machine = self.get(instance_id)
        return machine.processes_of(service) if machine else ()

    def connect_to_socket(self, instance_id: str, path: str) -> socket.socket:
        """Connects to a socket in a machine's file system, such as /run/docker.sock. Raises OSError."""
        machine = self.get(instance_id)
        if machine is None:
            raise ConnectionRefusedError(errno.ECONNREFUSED, f"instance {instance_id} is off")
        return machine.connect_to_socket(path)

    def make_image(
        self,
        instance_id: str,
        image_id: str,
        snapshots: Mapping[str, str],
        turn: contextlib.AbstractContextManager[Any] | None = None,
    ) -> None:
        """Makes an image of a machine, and snapshots of its disks: snapshot ids by volume id. All of them, or none.

        The layer of a machine that is off becomes the image's. The files of a machine that is on are copied as they
        are now. In `turn`, nobody else boots it or takes them.

        Raises MachineError, or FileNotFoundError when there is no such machine.
        """
        folder = self.folders.instances / instance_id
        try:
            for volume_id, snapshot_id in snapshots.items():
                self.disks.snapshot(volume_id, snapshot_id)
            with turn or contextlib.nullcontext():
                if self.get(instance_id):
                    self.layers.copy(image_id, folder)
                else:
                    self.layers.keep(image_id, folder)
        except (MachineError, OSError):
            for snapshot_id in snapshots.values():
                self.disks.delete_snapshot(snapshot_id)
            raise

    def remove(self, instance_id: str) -> None:
        """Removes all files of a machine that is off, and the layers that only this machine used.

        Raises MachineError when the machine is on.
        """
        if self.get(instance_id):
            raise MachineError(f"machine {instance_id} is on: halt it before its files are removed")
        folder = self.folders.instances / instance_id
        if folder.exists():
            clean_up.require_nothing_mounted(folder)
            # By this name, the next start knows that the removal of a half-removed machine was wanted.
            removed = folder.rename(folder.with_name(folder.name + REMOVED))
            shutil.rmtree(removed)
            self.layers.free_unused()

    def record(self, instance_id: str, image_id: str) -> Record:
        """Returns the record of a machine. A new machine gets a folder, and the layers of its image."""
        folder = self.folders.instances / instance_id
        record = load_record(folder)
        if record is None:
            folder.mkdir(exist_ok=True)
            record = self.layers.take(image_id, folder)
        return record

    def save_record(self, instance_id: str, record: Record) -> None:
        """Keeps the record of a machine."""
        save_record(self.folders.instances / instance_id, record)

    def claim_link_address(self, instance_id: str, used: Callable[[], Collection[str]]) -> Record:
        """Gives a machine a link address, unless it has one, and returns its record. No other machine gets the same.

        `used` returns the addresses that were given out elsewhere. Raises NoFreeAddress.
        """
        folder = self.folders.instances / instance_id
        with self._lock:
            record = load_record(folder)
            if record is None:
                raise FileNotFoundError(f"{folder} holds no machine")
            if not record.link_address:
                record.link_address = self.plan.pick_public({*used(), *self.link_addresses()})
                save_record(folder, record)
        return record

    def link_addresses(self) -> set[str]:
        """Returns the addresses that machines have on this computer only, and not in AWS's eyes."""
        records = map(load_record, self.folders.instances.iterdir() if self.folders.instances.exists() else ())
        return {record.link_address for record in records if record and record.link_address}

    def remove_unknown(self, known: Known) -> None:
        """Removes the files of everything that does not exist in AWS's eyes, when they hold no data.

        Those that hold data go to the lost and found. Does nothing when there is neither an instance nor a volume.
        """
        unknown.finish_removals(self.folders)
        if known.instances or known.volumes:
            unknown.remove_unknown(self.folders, self.layers, self.lost_and_found, known)

    def _resolve(self, instance_id: str, host: str) -> str:
        with contextlib.suppress(AddressValueError):
            return str(IPv4Address(host))
        found = self.run(instance_id, ["getent", "ahostsv4", host]).stdout.text.split()
        if not found:
            raise MachineError(f"instance {instance_id} knows no host {host}")
        return found[0]

    def _forget(self, machine: Machine) -> None:
        with self._lock:
            if self._machines.get(machine.spec.id) is machine:
                del self._machines[machine.spec.id]


def _problem_of_halt(machine: Machine) -> str | None:
    try:
        machine.halt()
    except Exception as error:
        return reason_of(error)
    return None


def new_fleet(home: Path, network: IPv4Network, base_image: Path) -> Fleet:
    """Prepares the fleet of the local AWS in `home`. Makes nothing before `open`.

    Raises LocalAwsError when tools are missing, the base is none, or the network cannot be used.
    """
    driver = choose_driver(Folders(home.resolve()), Names.of(home))
    require_tools(driver.tools)
    require_base(base_image)
    plan = AddressPlan(network)
    # Addresses that were given out are in the saved state, and another network would not hold them.
    made_with = Folders(home).remembered_network()
    if made_with not in (None, str(network)):
        raise LocalAwsError(f"{home} was made with --network {made_with}, not {network}: give that, or another --home")
    return Fleet(home, plan, base_image, driver)
