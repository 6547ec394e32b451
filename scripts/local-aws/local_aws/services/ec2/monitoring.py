"""Detailed monitoring, which moto lacks: without it `monitoring` of `aws_instance` cannot change."""

from typing import Any

from moto.ec2.models import ec2_backends
from moto.ec2.responses.monitoring import Monitoring

from local_aws.core.operations import Call, operation


def _set_monitoring(call: Call, state: str) -> dict[str, Any]:
    ids = call.parameters.get("InstanceIds", [])
    for instance_id in ids:
        call.backend.get_instance(instance_id).monitoring_state = state
    return {"InstanceMonitorings": [{"InstanceId": each, "Monitoring": {"State": state}} for each in ids]}


@operation(Monitoring, "MonitorInstances", ec2_backends)
def monitor_instances(call: Call) -> dict[str, Any]:
    """Turns detailed monitoring on."""
    return _set_monitoring(call, "enabled")


@operation(Monitoring, "UnmonitorInstances", ec2_backends)
def unmonitor_instances(call: Call) -> dict[str, Any]:
    """Turns detailed monitoring off."""
    return _set_monitoring(call, "disabled")
