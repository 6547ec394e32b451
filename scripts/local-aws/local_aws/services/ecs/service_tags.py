"""Tags of services, tasks and container instances. moto looks for them on objects of its own."""

from typing import Any

from moto.ecs.exceptions import ServiceNotFoundException
from moto.ecs.models import EC2ContainerServiceBackend

from local_aws.core.operations import ApiError, correction

from .records import INSTANCES, SERVICES, TASKS, Record, touch

_KINDS = {
    "service": (SERVICES, "serviceArn"),
    "task": (TASKS, "taskArn"),
    "container-instance": (INSTANCES, "containerInstanceArn"),
}


class _Tagged:
    """A record, as moto's calls for tags want it."""

    def __init__(self, record: Record) -> None:
        self._record = record

    @property
    def tags(self) -> list[dict[str, str]]:
        return self._record["tags"]

    @tags.setter
    def tags(self, tags: list[dict[str, str]]) -> None:
        self._record["tags"] = tags


def install() -> None:
    """Makes moto find the records of the store."""
    correction(EC2ContainerServiceBackend, "_get_resource")(find_record)


def find_record(
    original: Any, backend: EC2ContainerServiceBackend, resource_arn: str, parsed_arn: dict[str, str]
) -> Any:
    """Returns a record by its ARN, and leaves the rest to moto."""
    if parsed_arn["service"] not in _KINDS:
        return original(backend, resource_arn, parsed_arn)
    kind, arn = _KINDS[parsed_arn["service"]]
    for record in touch(backend, kind).values():
        if record[arn] == resource_arn:
            return _Tagged(record)
    if kind == SERVICES:
        raise ServiceNotFoundException
    raise ApiError("InvalidParameterException", "The specified resource was not found.")
