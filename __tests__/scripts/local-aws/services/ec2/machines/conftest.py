"""Instances with machines that have no operating system: a machine is a flag that says whether it is on.

What they prove is the order of things. Real machines are in `host/`.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from ipaddress import IPv4Network
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from local_aws.core.background import background
from local_aws.host.addresses import AddressPlan
from local_aws.host.driver import End, MachineSpec, Wish
from local_aws.host.fleet import Fleet
from local_aws.services.ec2.machines import instance_machines
from local_aws.services.ec2.machines.instance_machines import InstanceMachines
from local_aws.services.ec2.machines.states import put_into
from moto.ec2.models import ec2_backends
from waiting import until

ACCOUNT, REGION = "123456789012", "eu-central-1"


class Guest:
    """Implements `Guest`. It obeys every wish at once while it is `obedient`."""

    def __init__(self, driver: "Driver", spec: MachineSpec) -> None:
        self.spec = spec
        self.disks: set[str] = set()
        self._driver = driver
        self._off = threading.Event()

    def prepare(self) -> None:
        self._driver.before_boot(self.spec)

    def power_on(self) -> None:
        self._driver.booted.append(self)

    def wait(self) -> End:
        self._off.wait()
        return End.OFF

    def ask(self, _wish: Wish) -> bool:
        self.cut_power()
        return self._driver.obedient

    def cut_power(self) -> None:
        if self._driver.obedient:
            self._off.set()

    def release(self) -> list[str]:
        self.disks.clear()
        return self._driver.problems

    def plug(self, volume_id: str, _file: Path, _slot: int) -> None:
        self.disks.add(volume_id)

    def unplug(self, volume_id: str) -> None:
        self.disks.discard(volume_id)

    def set_addresses(self, _addresses: Any) -> None:
        pass


class Driver:
    """Implements `Driver`.

    `before_boot` is called with the spec of every machine that boots, and may fail. `problems` are told at every end.
    """

    def __init__(self) -> None:
        self.tools: dict[str, str] = {}
        self.disks = SimpleNamespace(standing_still=lambda _file: contextlib.nullcontext(), grown=lambda _file: None)
        self.obedient = True
        self.before_boot: Callable[[MachineSpec], None] = lambda _spec: None
        self.booted: list[Guest] = []
        self.problems: list[str] = []

    def guest(self, spec: MachineSpec, _network: Any) -> Guest:
        return Guest(self, spec)


class World:
    """The instances of one region, and their machines."""

    def __init__(self, home: Path) -> None:
        base = home / "base"
        base.mkdir()
        self.driver = Driver()
        self.fleet = Fleet(home, AddressPlan(IPv4Network("198.18.0.0/20")), base, self.driver)
        self.fleet.folders.make()
        self.fleet.network = SimpleNamespace(connect=lambda *_: None, disconnect=lambda _id: None)
        self.machines = InstanceMachines(self.fleet)
        self.machines.api = lambda _environ, _start: []
        self.backend = ec2_backends[ACCOUNT][REGION]

    def make(self) -> Any:
        """Makes an instance that is stopped, and has no machine yet."""
        reservation = self.backend.run_instances(
            "ami-any", 1, None, [], instance_type="t3.micro", is_instance_type_default=False, region_name=REGION
        )
        (instance,) = reservation.instances
        instance.stop()
        return instance

    def start(self, instance: Any) -> None:
        """Starts an instance, as StartInstances does."""
        with background.change():
            self.machines.power_on(instance, failed=instance.stop)

    def stop(self, instance: Any) -> None:
        """Stops an instance, as StopInstances does."""
        with background.change():
            put_into(instance, "stopping")
            self.machines.power_off(instance, then=instance.stop)

    def terminate(self, instance: Any) -> None:
        """Terminates an instance, as TerminateInstances does."""
        with background.change():
            self.machines.end(instance)

    def attach(self, instance: Any, device: str = "/dev/sdf") -> str:
        """Attaches a new volume, as AttachVolume does. Returns its id."""
        with background.change():
            volume = self.backend.create_volume(size=1, zone_name=instance.availability_zone)
            self.backend.attach_volume(volume.id, instance.id, device)
            if machine := self.fleet.get(instance.id):
                machine.plug(volume.id, 1)
        return volume.id

    def detach(self, instance: Any, volume_id: str) -> None:
        """Detaches a volume, as DetachVolume does."""
        with background.change():
            if machine := self.fleet.get(instance.id):
                machine.unplug(volume_id)
            self.backend.detach_volume(volume_id, instance.id, None)

    def guest(self, instance: Any) -> Guest:
        """Returns the last boot of an instance's machine."""
        return next(guest for guest in reversed(self.driver.booted) if guest.spec.id == instance.id)

    def run(self) -> Any:
        """Makes a running instance."""
        instance = self.make()
        self.start(instance)
        until(lambda: instance.state, "running")
        return instance

    def resume(self) -> None:
        """Boots the machines of running instances, as a server does at its start. No service listens for them."""
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(self.fleet, "open", lambda: None)
            patched.setattr(instance_machines, "Doors", lambda *_: None)
            self.machines.resume()

    def is_on(self, instance: Any) -> bool:
        return self.fleet.get(instance.id) is not None


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """No work is under way after a test."""
    made = World(tmp_path)
    yield made
    made.driver.obedient = True
    until(lambda: background.under_way, 0)
    made.fleet.halt([guest.spec.id for guest in made.driver.booted])
    ec2_backends.reset()
