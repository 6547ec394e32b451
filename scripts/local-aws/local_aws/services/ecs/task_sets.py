"""Task sets: moto looks for them on services of its own, and would find nothing."""

from typing import Any

from moto.ecs.responses import EC2ContainerServiceResponse

from local_aws.core.operations import correction

TASK_SETS = (
    "create_task_set",
    "delete_task_set",
    "describe_task_sets",
    "update_service_primary_task_set",
    "update_task_set",
)


def install() -> None:
    """Makes these calls fail with their name."""
    for name in TASK_SETS:
        correction(EC2ContainerServiceResponse, name)(refuse)


def refuse(_original: Any, response: EC2ContainerServiceResponse) -> None:
    """Fails: a service has no task sets here."""
    raise NotImplementedError(response._get_action())
