"""All machines of one local AWS."""

import shutil
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any

from moto.ec2.models.instances import StateReason

from local_aws.services.ec2.machines import view as moto_view

from . import clean_up, forwarding
from .addresses import AddressPlan
from .commands import MachineError
from .disk import Disks
from .image_layers import ImageLayers
from .machine import Machine, MachineSpec, Surroundings
from .names import Folders, Names
from .network import Network
from .record import Record, load_record, save_record

SHUT_ITSELF_DOWN = "Client.InstanceInitiatedShutdown"


class Machines:
    """What the server and the hooks ask for: machines by instance id, their disks, images and network.

    `changing` is held around changes of moto's state that no request makes (a machine powers off by itself); the server
    replaces it by its own lock, and `saved` by what brings the state to the disk.
    """

    def __init__(self, home: Path, plan: AddressPlan, base_image: Path) -> None:
        self.plan = plan
        self.folders = Folders(home.resolve())
        self.names = Names.of(home)
        self.network = Network(self.names, plan)
        self.disks = Disks(self.folders)
        self.layers = ImageLayers(self.folders, base_image)
        self.changing: Any = Lock()
        self.saved: Callable[[], None] = lambda: None
        self._around = Surroundings(self.folders, self.names, self.network, self.disks)
        self._machines: dict[str, Machine] = {}
        self._closing = False

    def clean_up(self) -> None:
        """Removes what a crash of this local AWS left in the kernel. Files stay."""
        clean_up.clean_up(self.folders.home)

    def resume(self) -> None:
        """Makes the network and boots every machine whose instance is running. One that cannot boot is stopped."""
        self.folders.make()
        self.network.up()
        # Not before it is known to be free here: the next start may be given another.
        self.folders.remember_network(self.plan.network)
        self._remove_unknown()
        for instance in moto_view.all_instances():
            if not moto_view.is_running(instance):
                continue
            try:
                self.boot(instance)
            except MachineError as error:
                print(error, file=sys.stderr, flush=True)
                instance.stop()

    def shut_down(self) -> None:
        """Powers all machines off at once, and removes the network. The instances stay running in AWS's eyes."""
        self._closing = True
        self.halt(list(self._machines))
        clean_up.remove_kernel_objects(self.names)
        forwarding.turn_off()

    def describe(self) -> dict[str, Any]:
        """What the health answer says: `running_machines` by id with their addresses."""
        return {
            "running_machines": {
                machine.spec.id: list(machine.spec.addresses.all)
                for machine in list(self._machines.values())
                if machine.is_on
            }
        }

    def get(self, instance_id: str) -> Machine | None:
        """The machine of an instance, when it is on."""
        machine = self._machines.get(instance_id)
        return machine if machine and machine.is_on else None

    def console(self, instance_id: str) -> Path:
        """Where the console output of an instance is, on or off."""
        return self.folders.instances / instance_id / "console.log"

    def boot(self, instance: Any) -> None:
        """Boots the machine of an instance. Raises MachineError."""
        self.disks.require_space()
        machine = Machine(self._spec(instance), self._around, self._went_off)
        machine.boot()
        self._machines[instance.id] = machine

    def halt(self, instance_ids: Iterable[str]) -> None:
        """Powers machines off, all at a time, and returns when they are off."""
        machines = [machine for machine in map(self.get, instance_ids) if machine]
        if machines:
            with ThreadPoolExecutor(len(machines)) as pool:
                list(pool.map(Machine.halt, machines))
        for instance_id in instance_ids:
            self._machines.pop(instance_id, None)

    def remove(self, instance_id: str) -> None:
        """Removes all files of a machine that is off, and the layers that only it stood on."""
        folder = self.folders.instances / instance_id
        if folder.exists():
            clean_up.require_nothing_mounted(folder)
            shutil.rmtree(folder)
            self.layers.free_unused()

    def renew_addresses(self, instance: Any) -> None:
        """Gives the machine of an instance the addresses that moto says it has now."""
        machine = self.get(instance.id)
        if machine:
            record = load_record(machine.folder)
            machine.set_addresses(moto_view.addresses_of(instance, self.plan, record.link_address if record else ""))

    def used_addresses(self) -> set[str]:
        """Every address that is given out, also those that moto does not know."""
        records = map(load_record, self.folders.instances.iterdir() if self.folders.instances.exists() else ())
        return moto_view.used_addresses() | {
            record.link_address for record in records if record and record.link_address
        }

    def _spec(self, instance: Any) -> MachineSpec:
        record = self._record(instance)
        return MachineSpec(
            id=instance.id,
            layers=self.layers.usable(record),
            hostname=instance.private_dns_name.split(".")[0],
            mac_address=instance.nics[0].mac_address,
            addresses=moto_view.addresses_of(instance, self.plan, record.link_address),
            keys=moto_view.keys_of(instance),
            placement=moto_view.placement_of(instance),
            user_data=moto_view.user_data_of(instance),
            volumes=moto_view.data_volumes(instance),
        )

    def _record(self, instance: Any) -> Record:
        folder = self.folders.instances / instance.id
        record = load_record(folder)
        if record is None:
            folder.mkdir(exist_ok=True)
            record = Record(self.layers.of_image(instance.image_id))
        if not record.link_address and moto_view.needs_link_address(instance, self.plan):
            record.link_address = self.plan.pick_public(self.used_addresses())
        save_record(folder, record)
        return record

    def _went_off(self, machine: Machine) -> None:
        with self.changing:
            if self._closing or self._machines.get(machine.spec.id) is not machine:
                return
            instance = next((found for found in moto_view.all_instances() if found.id == machine.spec.id), None)
            if instance is None or not moto_view.is_running(instance):
                return
            if instance.instance_initiated_shutdown_behavior == "terminate":
                # Protection from termination is against calls, not against the machine itself.
                instance.disable_api_termination = False
                instance.ec2_backend.terminate_instances([instance.id])
            else:
                self._machines.pop(instance.id)
                instance.stop()
                instance.state_reason = StateReason(
                    f"{SHUT_ITSELF_DOWN}: Instance initiated shutdown", SHUT_ITSELF_DOWN
                )
            self.saved()

    def _remove_unknown(self) -> None:
        known = {instance.id for instance in moto_view.all_instances()}
        volumes = {volume for backend in moto_view.all_backends() for volume in backend.volumes}
        snapshots = {snapshot for backend in moto_view.all_backends() for snapshot in backend.snapshots}
        images = {image for backend in moto_view.all_backends() for image in backend.amis}
        if not known and not volumes:
            return
        for folder in self.folders.instances.iterdir():
            if folder.name not in known:
                self.remove(folder.name)
        for file in self.folders.disks.iterdir():
            if file.name not in volumes:
                file.unlink()
        for file in self.folders.snapshots.iterdir():
            if file.name not in snapshots:
                file.unlink()
        for image in self.layers.known_images():
            if image not in images:
                self.layers.forget(image)
        self.layers.free_unused()
