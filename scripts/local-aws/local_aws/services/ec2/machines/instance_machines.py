"""The machines of EC2's instances: what moto knows becomes what the fleet boots.

Machines boot and power off in the background, side by side, while their instances are `pending` or `stopping`. An
instance is `running` when its machine runs and its record is on the disk. So no end of this process loses a machine.
"""

import contextlib
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from wsgiref.types import WSGIApplication

from moto.ec2.models.instances import InstanceBackend

from local_aws.core.background import Ending, background
from local_aws.core.errors import LocalAwsError
from local_aws.host.commands import MachineError
from local_aws.host.driver import MachineSpec
from local_aws.host.fleet import Fleet, Known
from local_aws.host.machine import Machine
from local_aws.host.record import Record, load_record

from . import view
from .contents import awaited_snapshots, wait_until_made
from .doors import Doors
from .states import put_into, say_cannot_boot, say_shut_itself_down

AT_ONCE = 8


class InstanceMachines:
    """The machines of all instances.

    `resumers` finish what was under way when the last server ended. The server sets `api`, which answers AWS's API to
    machines.
    """

    api: WSGIApplication

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.resumers: list[Callable[[], None]] = []
        # One action at a time on a machine.
        self._turns: dict[str, threading.Lock] = defaultdict(threading.Lock)
        self._doors: Doors | None = None
        fleet.on_off = self._went_off

    def clean_up(self) -> None:
        """Removes what a crash left."""
        self.fleet.clean_up()

    def resume(self) -> None:
        """Makes the network, and boots the machine of every running instance.

        Stops an instance that cannot boot. Finishes what was under way.
        """
        self.fleet.open()
        self.fleet.remove_unknown(_known())
        # Machines use them from the first moment of their boot.
        self._doors = Doors(self.fleet, self.api, background.change)
        with background.change():
            for resume in self.resumers:
                resume()
            self._finish()
        running = [instance for instance in view.all_instances() if view.is_running(instance)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            problems = list(pool.map(self._boot_again, running))
        with background.change():
            for instance, problem in zip(running, problems, strict=True):
                if problem:
                    print(problem, file=sys.stderr, flush=True)
                    instance.stop()
                else:
                    put_into(instance, "running")

    def _finish(self) -> None:
        """Finishes the stops and terminations that were under way when the last server ended."""
        for instance in list(view.all_instances()):
            if instance.state == "stopping":
                instance.stop()
            elif instance.state == "shutting-down" or (instance.state == "terminated" and self._has_files(instance)):
                self.forget(instance)

    def shut_down(self) -> None:
        """Powers every machine off. Its instance stays running in AWS's eyes."""
        if self._doors:
            self._doors.close()
        self.fleet.shut_down()

    def describe(self) -> dict[str, Any]:
        """Returns what the health answer says of machines."""
        return self.fleet.describe()

    def power_on(self, instance: Any, failed: Callable[[], None]) -> None:
        """Boots the machine of an instance, which is pending until then. `failed` ends an instance that cannot boot.

        Raises DiskFull at once.
        """
        self.fleet.disks.require_space()
        put_into(instance, "pending")
        spec = self._spec(instance)

        def boot() -> None:
            with self._turns[instance.id]:
                if instance.state == "pending":
                    self._restore_disks(instance)
                    self.fleet.boot(spec)
            background.wait_until_saved()

        def booted(problem: LocalAwsError | None) -> None:
            if instance.state != "pending":
                return
            if problem:
                failed()
                say_cannot_boot(instance, problem)
            else:
                put_into(instance, "running")
                # Some may have changed meanwhile.
                self.renew_addresses(instance)

        background.start(boot, booted)

    def power_off(self, instance: Any, then: Callable[[], None]) -> None:
        """Powers the machine of an instance off, and changes the state with `then`."""

        def halt() -> None:
            with self._turns[instance.id]:
                self.fleet.halt([instance.id])

        background.start(halt, lambda _problem: then())

    def end(self, instance: Any) -> None:
        """Terminates an instance, which is shutting down until its machine is off."""
        put_into(instance, "shutting-down")
        self.power_off(instance, lambda: self.forget(instance))

    def forget(self, instance: Any) -> None:
        """Terminates an instance whose machine is off, and removes its files."""
        if instance.state != "terminated":
            # Protection was asked about before, and does not concern a machine that powered itself off.
            instance.disable_api_termination = False
            InstanceBackend.terminate_instances(instance.ec2_backend, [instance.id])

        def remove() -> None:
            background.wait_until_saved()
            with self._turns[instance.id]:
                self.fleet.remove(instance.id)

        background.start(remove, lambda _problem: None)

    def restart_around(self, instance: Any, action: Callable[[], None]) -> None:
        """Powers the machine of an instance off, acts, and boots it again if it was on. Call it in the background.

        Raises MachineError when it cannot boot again.
        """
        with self._turns[instance.id]:
            was_on = self.fleet.get(instance.id) is not None
            if was_on:
                self.fleet.halt([instance.id])
            try:
                action()
            finally:
                if was_on and view.is_running(instance):
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

    def _boot_again(self, instance: Any) -> MachineError | None:
        try:
            self.fleet.disks.require_space()
            self._restore_disks(instance)
            self.fleet.boot(self._spec(instance))
        except MachineError as error:
            return error
        return None

    def _has_files(self, instance: Any) -> bool:
        return (self.fleet.folders.instances / instance.id).exists()

    def _restore_disks(self, instance: Any) -> None:
        """Waits for those disks of a new machine that come from snapshots."""
        wait_until_made(self.fleet.disks, view.data_volumes_of(instance), lambda: view.is_running(instance))

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
            volumes={volume.id: int(volume.size) for volume in view.data_volumes_of(instance)},
        )

    def _record(self, instance: Any) -> Record:
        record = self.fleet.record(instance.id, instance.image_id)
        if view.needs_link_address(instance, self.fleet.plan):
            record = self.fleet.claim_link_address(instance.id, view.used_addresses)
        return record

    def _went_off(self, machine: Machine) -> None:
        with contextlib.suppress(Ending), background.change():
            self._note_off(machine)

    def _note_off(self, machine: Machine) -> None:
        if not self.fleet.holds(machine):
            return
        instance = _instance(machine.spec.id)
        if instance is None or not view.is_running(instance):
            return
        # It is off already. This forgets it.
        self.fleet.halt([instance.id])
        if instance.instance_initiated_shutdown_behavior == "terminate":
            self.forget(instance)
        else:
            instance.stop()
        say_shut_itself_down(instance)


def _instance(instance_id: str) -> Any:
    return next((found for found in view.all_instances() if found.id == instance_id), None)


def _known() -> Known:
    backends = list(view.all_backends())
    return Known(
        instances={instance.id for instance in view.all_instances()},
        volumes=_ids(backend.volumes for backend in backends),
        snapshots=_ids(backend.snapshots for backend in backends) | awaited_snapshots(),
        images=_ids(backend.amis for backend in backends),
    )


def _ids(found: Iterable[dict[str, Any]]) -> set[str]:
    return {each for ids in found for each in ids}
