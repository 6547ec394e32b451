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
from local_aws.host.commands import reason_of
from local_aws.host.fleet import Fleet, Known
from local_aws.host.machine import Machine
from local_aws.host.record import load_record

from . import view
from .contents import awaited_snapshots, note_used, wait_until_made
from .doors import Doors
from .specs import spec_of
from .states import put_into, say_cannot_boot, say_shut_itself_down

AT_ONCE = 8
# Before a machine that did not go off is halted again.
HALT_PAUSE_SEC = 5


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
        # The latest boot of each instance. An earlier one says nothing any more.
        self._boots: dict[str, object] = {}
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
            boots = [(each, self._begin_boot(each)) for each in view.all_instances() if view.is_running(each)]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            problems = list(pool.map(lambda each: self._problem_of_boot(*each), boots))
        with background.change():
            for (instance, boot), problem in zip(boots, problems, strict=True):
                if problem:
                    print(f"local-aws: {reason_of(problem)}", file=sys.stderr, flush=True)
                self._end_boot(instance, boot, problem, failed=instance.stop)

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
        """Boots the machine of an instance, which is pending until then. `failed` ends an instance that cannot boot."""
        put_into(instance, "pending")
        boot = self._begin_boot(instance)

        def work() -> None:
            self._boot(instance, boot)
            background.wait_until_saved()

        def then(problem: Exception | None) -> None:
            self._end_boot(instance, boot, problem, failed)

        try:
            # From now on the layers of its image stay, whoever removes the image.
            self.fleet.record(instance.id, instance.image_id)
        except Exception as error:
            then(error)
        else:
            background.start(work, then)

    def power_off(self, instance: Any, then: Callable[[], None]) -> None:
        """Powers the machine of an instance off, however long that takes, and changes the state with `then`."""

        def halt() -> None:
            with self._turns[instance.id]:
                self._halt(instance)

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

    def turn(self, instance: Any) -> threading.Lock:
        """Whoever holds it, in the background, is alone with the files of an instance's machine, be it on or off."""
        return self._turns[instance.id]

    def restart_around(self, instance: Any, action: Callable[[], None]) -> None:
        """Powers the machine of an instance off, acts, and boots it again if it was on. Call it in the background.

        An instance that cannot boot again is stopped, and says why.
        """
        with self._turns[instance.id]:
            was_on = self.fleet.get(instance.id) is not None
            if was_on:
                self._halt(instance)
            try:
                action()
            finally:
                if was_on:
                    self._boot_again(instance)

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

    def _halt(self, instance: Any) -> None:
        # A machine that is still on has its files and disks: nobody else may get them.
        while True:
            try:
                self.fleet.halt([instance.id])
                return
            except Exception as error:
                print(f"local-aws: {reason_of(error)}; it is tried again", file=sys.stderr, flush=True)
            background.pause(HALT_PAUSE_SEC)

    def _begin_boot(self, instance: Any) -> object:
        boot = self._boots[instance.id] = object()
        return boot

    def _is_wanted(self, instance: Any, boot: object) -> bool:
        # The instance may be stopped by now, and even have been started again.
        return view.is_running(instance) and self._boots[instance.id] is boot

    def _boot(self, instance: Any, boot: object) -> None:
        with self._turns[instance.id]:
            self.fleet.disks.require_space()
            wait_until_made(self.fleet.disks, view.data_volumes_of(instance), lambda: view.is_running(instance))
            with background.reading():
                spec = spec_of(self.fleet, instance) if self._is_wanted(instance, boot) else None
            # Nobody attaches or detaches a disk while the instance is pending.
            if spec:
                self.fleet.boot(spec)

    def _problem_of_boot(self, instance: Any, boot: object) -> Exception | None:
        try:
            self._boot(instance, boot)
        except Exception as error:
            return error
        return None

    def _end_boot(self, instance: Any, boot: object, problem: Exception | None, failed: Callable[[], None]) -> None:
        if not self._is_wanted(instance, boot):
            return
        if problem:
            failed()
            say_cannot_boot(instance, reason_of(problem))
        else:
            put_into(instance, "running")
            note_used(view.data_volumes_of(instance))
            # Its addresses may have changed meanwhile.
            self.renew_addresses(instance)

    def _boot_again(self, instance: Any) -> None:
        # The instance is running. Whoever attaches or detaches a disk waits until its machine is on.
        with background.change():
            if not view.is_running(instance):
                return
            try:
                self.fleet.boot(spec_of(self.fleet, instance))
                note_used(view.data_volumes_of(instance))
            except Exception as error:
                instance.stop()
                say_cannot_boot(instance, reason_of(error))

    def _has_files(self, instance: Any) -> bool:
        return (self.fleet.folders.instances / instance.id).exists()

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
