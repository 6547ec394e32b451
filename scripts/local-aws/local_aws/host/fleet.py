"""All machines of one local AWS, with their disks, images and network."""

import shutil
from collections.abc import Callable, Collection, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

from local_aws.core.certificates import CertificateAuthority, keep_authority
from local_aws.core.errors import LocalAwsError

from . import clean_up, forwarding
from .addresses import AddressPlan
from .disk import Disks
from .image_layers import ImageLayers
from .machine import Machine, MachineSpec, Surroundings
from .names import Folders, Names
from .network import Network
from .record import Record, load_record, save_record
from .requirements import require_base, require_tools


@dataclass(frozen=True)
class Known:
    """The ids of everything that exists in AWS's eyes."""

    instances: Collection[str]
    volumes: Collection[str]
    snapshots: Collection[str]
    images: Collection[str]


class Fleet:
    """Machines by instance id. `on_off` is called when a machine went off by itself."""

    def __init__(self, home: Path, plan: AddressPlan, base_image: Path) -> None:
        self.plan = plan
        self.folders = Folders(home.resolve())
        self.names = Names.of(home)
        self.network = Network(self.names, plan)
        self.disks = Disks(self.folders)
        self.layers = ImageLayers(self.folders, base_image)
        self.on_off: Callable[[Machine], None] = lambda _machine: None
        self._machines: dict[str, Machine] = {}
        self._closing = False

    @cached_property
    def authority(self) -> CertificateAuthority:
        """The certificate authority that every machine trusts."""
        return keep_authority(self.folders.authority)

    @cached_property
    def _around(self) -> Surroundings:
        return Surroundings(self.folders, self.names, self.network, self.disks, self.authority.certificate)

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
        """Powers all machines off at once, and removes the network."""
        self._closing = True
        self.halt(list(self._machines))
        clean_up.remove_kernel_objects(self.names)
        forwarding.turn_off()

    def describe(self) -> dict[str, Any]:
        """Returns what the health answer says: `running_machines`, by id, with their addresses."""
        return {
            "running_machines": {
                machine.spec.id: list(machine.spec.addresses.all)
                for machine in list(self._machines.values())
                if machine.is_on
            }
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
        """Boots a machine. Raises MachineError."""
        machine = Machine(spec, self._around, lambda machine: self.on_off(machine))
        machine.boot()
        self._machines[spec.id] = machine

    def halt(self, instance_ids: Iterable[str]) -> None:
        """Powers machines off, all at once, and returns when they are off."""
        machines = [machine for machine in map(self.get, instance_ids) if machine]
        if machines:
            with ThreadPoolExecutor(len(machines)) as pool:
                list(pool.map(Machine.halt, machines))
        for instance_id in instance_ids:
            self._machines.pop(instance_id, None)

    def remove(self, instance_id: str) -> None:
        """Removes all files of a machine that is off, and the layers that only this machine used."""
        folder = self.folders.instances / instance_id
        if folder.exists():
            clean_up.require_nothing_mounted(folder)
            shutil.rmtree(folder)
            self.layers.free_unused()

    def record(self, instance_id: str, image_id: str) -> Record:
        """Returns the record of a machine. A new machine gets a folder, and the layers of its image."""
        folder = self.folders.instances / instance_id
        record = load_record(folder)
        if record is None:
            folder.mkdir(exist_ok=True)
            record = Record(self.layers.of_image(image_id))
        return record

    def save_record(self, instance_id: str, record: Record) -> None:
        """Keeps the record of a machine."""
        save_record(self.folders.instances / instance_id, record)

    def link_addresses(self) -> set[str]:
        """Returns the addresses that machines have on this computer only, and not in AWS's eyes."""
        records = map(load_record, self.folders.instances.iterdir() if self.folders.instances.exists() else ())
        return {record.link_address for record in records if record and record.link_address}

    def remove_unknown(self, known: Known) -> None:
        """Removes the files of everything that does not exist in AWS's eyes.

        Removes nothing when there is neither an instance nor a volume.
        """
        if not known.instances and not known.volumes:
            return
        for folder in self.folders.instances.iterdir():
            if folder.name not in known.instances:
                self.remove(folder.name)
        for folder, ids in ((self.folders.disks, known.volumes), (self.folders.snapshots, known.snapshots)):
            for file in folder.iterdir():
                if file.name not in ids:
                    file.unlink()
        for image in self.layers.known_images():
            if image not in known.images:
                self.layers.forget(image)
        self.layers.free_unused()


def new_fleet(home: Path, network: IPv4Network, base_image: Path) -> Fleet:
    """Prepares the fleet of the local AWS in `home`. Makes nothing before `open`.

    Raises LocalAwsError when tools are missing, the base is none, or the network cannot be used.
    """
    require_tools()
    require_base(base_image)
    plan = AddressPlan(network)
    # Addresses that were given out are in the saved state, and another network would not hold them.
    made_with = Folders(home).remembered_network()
    if made_with not in (None, str(network)):
        raise LocalAwsError(f"{home} was made with --network {made_with}, not {network}: give that, or another --home")
    return Fleet(home, plan, base_image)
