"""RunInstances, StartInstances, StopInstances, RebootInstances, TerminateInstances, GetConsoleOutput.

They act on machines.
"""

import base64
from collections.abc import Callable
from copy import copy
from functools import partial
from typing import Any

from moto.core.responses import ActionResult
from moto.core.types import Base64EncodedString
from moto.core.utils import utcnow
from moto.ec2.models import EC2Backend
from moto.ec2.models.instances import InstanceBackend
from moto.ec2.responses.general import General

from local_aws.core.operations import ApiError, correction

from .contents import make_disks_of
from .errors import told_as
from .instance_machines import InstanceMachines
from .states import put_into

Original = Callable[..., Any]
# AWS's limit of the answer.
CONSOLE_BYTES = 64 * 1024
# After InsufficientInstanceCapacity, Terraform's AWS provider would try for ten minutes before it shows the reason.
CANNOT_BOOT = "InternalError"


def install(machines: InstanceMachines) -> None:
    """Makes an instance a machine."""

    @correction(EC2Backend, "run_instances")
    def run_instances(original: Original, self: Any, *args: Any, **keywords: Any) -> Any:
        _choose_subnet(self, keywords)
        with told_as(CANNOT_BOOT):
            machines.fleet.disks.require_space()
        reservation = original(self, *args, **keywords)
        for instance in reservation.instances:
            make_disks_of(machines.fleet.disks, instance)
            machines.power_on(instance, failed=partial(machines.forget, instance))
        return reservation

    @correction(EC2Backend, "start_instances")
    def start_instances(original: Original, self: Any, instance_ids: list[str]) -> Any:
        for instance in self.get_multi_instances_by_id(instance_ids):
            _require_state(instance, ("stopped", "running"), "started")
        with told_as(CANNOT_BOOT):
            machines.fleet.disks.require_space()
        started = original(self, instance_ids)
        for instance, previous in started:
            if previous.name != "running":
                machines.power_on(instance, failed=instance.stop)
        return started

    @correction(EC2Backend, "stop_instances")
    def stop_instances(original: Original, self: Any, instance_ids: list[str], *args: Any, **keywords: Any) -> Any:
        instances = self.get_multi_instances_by_id(instance_ids)
        for instance in instances:
            _require_state(instance, ("stopped", "stopping", "running"), "stopped")
            if instance.disable_api_stop is True:
                return original(self, instance_ids, *args, **keywords)
        before = [(instance, copy(instance._state)) for instance in instances]
        for instance, previous in before:
            if previous.name == "running":
                put_into(instance, "stopping")
                machines.power_off(instance, partial(_stopped, instance))
        return before

    @correction(EC2Backend, "reboot_instances")
    def reboot_instances(original: Original, self: Any, instance_ids: list[str]) -> Any:
        for instance in self.get_multi_instances_by_id(instance_ids):
            _require_state(instance, ("running",), "rebooted")
        rebooted = original(self, instance_ids)
        for instance_id in instance_ids:
            machine = machines.fleet.get(instance_id)
            if machine:
                machine.reboot()
        return rebooted

    @correction(EC2Backend, "terminate_instances")
    def terminate_instances(original: Original, self: Any, instance_ids: list[str]) -> Any:
        instances = self.get_multi_instances_by_id(instance_ids)
        if not instances or any(instance.disable_api_termination is True for instance in instances):
            return original(self, instance_ids)
        before = [(instance, copy(instance._state)) for instance in instances]
        for instance, previous in before:
            if previous.name not in ("shutting-down", "terminated"):
                machines.end(instance)
        return before

    @correction(General, "get_console_output")
    def get_console_output(_original: Original, self: Any) -> ActionResult:
        instance = self.ec2_backend.get_instance(self._get_param("InstanceId"))
        console = machines.fleet.console(instance.id)
        output = console.read_bytes()[-CONSOLE_BYTES:] if console.exists() else b""
        encoded = Base64EncodedString.from_encoded_bytes(base64.b64encode(output))
        return ActionResult({"InstanceId": instance.id, "Timestamp": utcnow(), "Output": encoded})


def _stopped(instance: Any) -> None:
    if instance.state == "stopping":
        InstanceBackend.stop_instances(instance.ec2_backend, [instance.id])


def _choose_subnet(backend: Any, keywords: dict[str, Any]) -> None:
    # Without a subnet, AWS takes the default one of the zone. moto makes up an address outside every subnet.
    interfaces = keywords.get("nics") or []
    if keywords.get("subnet_id") or any(nic.get("SubnetId") or nic.get("NetworkInterfaceId") for nic in interfaces):
        return
    subnets = backend.get_default_subnets()
    zone = keywords.get("placement") or min(subnets, default=None)
    if zone in subnets and not interfaces:
        keywords["subnet_id"] = subnets[zone].id


def _require_state(instance: Any, states: tuple[str, ...], verb: str) -> None:
    if instance.state not in states:
        raise ApiError(
            "IncorrectInstanceState",
            f"the instance '{instance.id}' is {instance.state}, and can be {verb} only when {' or '.join(states)}",
        )
