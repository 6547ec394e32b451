"""Tags of services. moto looks for them on services of its own."""

from typing import Any

from moto.ecs.exceptions import ServiceNotFoundException
from moto.ecs.models import EC2ContainerServiceBackend

from local_aws.core.operations import correction
from local_aws.core.stores import store_of


class _Tagged:
    """A service, as moto's calls for tags want it."""

    def __init__(self, service: dict[str, Any]) -> None:
        self._service = service

    @property
    def tags(self) -> list[dict[str, str]]:
        return self._service["tags"]

    @tags.setter
    def tags(self, tags: list[dict[str, str]]) -> None:
        self._service["tags"] = tags


def install() -> None:
    """Makes moto find the services of the store."""
    correction(EC2ContainerServiceBackend, "_get_resource")(find_service)


def find_service(
    original: Any, backend: EC2ContainerServiceBackend, resource_arn: str, parsed_arn: dict[str, str]
) -> Any:
    """Returns a service by its ARN, and leaves the rest to moto."""
    if parsed_arn["service"] != "service":
        return original(backend, resource_arn, parsed_arn)
    for service in store_of(backend).get("services", {}).values():
        if service["serviceArn"] == resource_arn:
            return _Tagged(service)
    raise ServiceNotFoundException
