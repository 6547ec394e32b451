"""ECS: services and tasks, whose containers run in the Docker of machines."""

from collections.abc import Callable

from local_aws.core.starting import when_loaded

from . import clusters, container_instances, registry_logins, service_tags, services, task_definitions, task_sets, tasks
from .agent.fleet import Fleet
from .agent.watch import AgentWatch
from .scheduler import Scheduler


def install() -> None:
    """Puts the calls in place. Call it once."""
    for module in (clusters, container_instances, service_tags, services, task_definitions, task_sets, tasks):
        module.install()
    when_loaded(Scheduler().start)


def attach(fleet: Fleet) -> Callable[[], None]:
    """Lets tasks run on machines. Returns what begins it: call it while you may change the loaded state."""
    return AgentWatch(fleet, registry_logins.password_of).start
