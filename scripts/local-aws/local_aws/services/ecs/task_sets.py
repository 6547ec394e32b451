"""Task sets, and the tasks of a service: moto looks for them on services of its own, and would find nothing."""

from typing import Any

from moto.ecs.responses import EC2ContainerServiceResponse

from local_aws.core.ignored_parameters import ParameterIgnored
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
    correction(EC2ContainerServiceResponse, "list_tasks")(refuse_tasks_of_service)


def refuse(_original: Any, response: EC2ContainerServiceResponse) -> None:
    """Fails: a service has no task sets here."""
    raise NotImplementedError(response._get_action())


def refuse_tasks_of_service(original: Any, response: EC2ContainerServiceResponse) -> Any:
    """Fails when the request asks for the tasks of a service: nothing runs behind one."""
    if response._get_param("serviceName"):
        raise ParameterIgnored(["serviceName"])
    return original(response)
