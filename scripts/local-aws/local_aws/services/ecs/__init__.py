"""ECS: services and tasks, whose containers run in the Docker of machines."""

from local_aws.core.starting import when_loaded

from . import clusters, container_instances, service_tags, services, task_definitions, task_sets, tasks
from .scheduler import Scheduler


def install() -> None:
    """Puts the calls in place. Call it once."""
    for module in (clusters, container_instances, service_tags, services, task_definitions, task_sets, tasks):
        module.install()
    when_loaded(Scheduler().start)
