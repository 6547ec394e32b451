"""Detailed monitoring, which moto lacks: `monitoring` of `aws_instance` could not change."""

from typing import Any

from moto.ec2.models import ec2_backends
from moto.ec2.responses.monitoring import Monitoring

from local_aws.core.operations import Call, operation


def install() -> None:
    """Adds the two calls."""
    operation(Monitoring, "MonitorInstances", ec2_backends)(monitor_instances)
    operation(Monitoring, "UnmonitorInstances", ec2_backends)(unmonitor_instances)


def _set_monitoring(call: Call, state: str) -> dict[str, Any]:
    ids = call.parameters.get("InstanceIds", [])
    for instance_id in ids:
        call.backend.get_instance(instance_id).monitoring_state = state
    return {"InstanceMonitorings": [{"InstanceId": each, "Monitoring": {"State": state}} for each in ids]}


def monitor_instances(call: Call) -> dict[str, Any]:
    """Turns detailed monitoring on."""
    return _set_monitoring(call, "enabled")


def unmonitor_instances(call: Call) -> dict[str, Any]:
    """Turns detailed monitoring off."""
    return _set_monitoring(call, "disabled")
