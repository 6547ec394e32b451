"""The machines of EC2's instances: what moto knows becomes what the fleet boots."""

import sys
from collections.abc import Callable
from threading import Lock
from typing import Any

from moto.ec2.models.instances import StateReason

from local_aws.host.commands import MachineError
from local_aws.host.driver import MachineSpec
from local_aws.host.fleet import Fleet, Known
from local_aws.host.machine import Machine
from local_aws.host.record import Record, load_record

from . import view

SHUT_ITSELF_DOWN = "Client.InstanceInitiatedShutdown"


class InstanceMachines:
    """The machines of all instances.

    A machine that powers itself off changes moto's state, although no request does. `changing` is held meanwhile, and
    `saved` is called after it. The server replaces both: by its own lock, and by what saves the state.
    """

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.changing: Any = Lock()
        self.saved: Callable[[], None] = lambda: None
        fleet.on_off = self._went_off

    def clean_up(self) -> None:
        """Removes what a crash left."""
        self.fleet.clean_up()

    def resume(self) -> None:
        """Makes the network and boots the machine of every running instance. Stops an instance that cannot boot."""
        self.fleet.open()
        self.fleet.remove_unknown(_known())
        for instance in view.all_instances():
            if not view.is_running(instance):
                continue
            try:
                self.boot(instance)
            except MachineError as error:
                print(error, file=sys.stderr, flush=True)
                instance.stop()

    def shut_down(self) -> None:
        """Powers every machine off. Its instance stays running in AWS's eyes."""
        self.fleet.shut_down()

    def describe(self) -> dict[str, Any]:
        """Returns what the health answer says of machines."""
        return self.fleet.describe()

    def boot(self, instance: Any) -> None:
        """Boots the machine of an instance. Raises MachineError."""
        self.fleet.disks.require_space()
        self.fleet.boot(self._spec(instance))

    def renew_addresses(self, instance: Any) -> None:
        """Gives the machine of an instance the addresses that moto has for it now."""
        machine = self.fleet.get(instance.id)
        if machine:
            record = load_record(machine.folder)
            link_address = record.link_address if record else ""
            machine.set_addresses(view.addresses_of(instance, self.fleet.plan, link_address))

    def used_addresses(self) -> set[str]:
        """Returns every address that was given out, by moto or by the fleet."""
        return view.used_addresses() | self.fleet.link_addresses()

    def _spec(self, instance: Any) -> MachineSpec:
        record = self._record(instance)
        return MachineSpec(
            id=instance.id,
            layers=self.fleet.layers.usable(record),
            hostname=instance.private_dns_name.split(".")[0],
            mac_address=instance.nics[0].mac_address,
            addresses=view.addresses_of(instance, self.fleet.plan, record.link_address),
            keys=view.keys_of(instance),
            placement=view.placement_of(instance),
            user_data=view.user_data_of(instance),
            volumes=view.data_volumes(instance),
        )

    def _record(self, instance: Any) -> Record:
        record = self.fleet.record(instance.id, instance.image_id)
        if view.needs_link_address(instance, self.fleet.plan):
            record = self.fleet.claim_link_address(instance.id, view.used_addresses)
        return record

    def _went_off(self, machine: Machine) -> None:
        with self.changing:
            if not self.fleet.holds(machine):
                return
            instance = next((found for found in view.all_instances() if found.id == machine.spec.id), None)
            if instance is None or not view.is_running(instance):
                return
            if instance.instance_initiated_shutdown_behavior == "terminate":
                # Protection from termination is against calls, and not against the machine itself.
                instance.disable_api_termination = False
                instance.ec2_backend.terminate_instances([instance.id])
            else:
                # It is off already. This forgets it.
                self.fleet.halt([instance.id])
                instance.stop()
                instance.state_reason = StateReason(
                    f"{SHUT_ITSELF_DOWN}: Instance initiated shutdown", SHUT_ITSELF_DOWN
                )
            self.saved()


def _known() -> Known:
    backends = list(view.all_backends())
    return Known(
        instances={instance.id for instance in view.all_instances()},
        volumes={volume for backend in backends for volume in backend.volumes},
        snapshots={snapshot for backend in backends for snapshot in backend.snapshots},
        images={image for backend in backends for image in backend.amis},
    )
