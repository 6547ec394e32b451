"""ECS: services with their deployments. No container runs behind them."""

from . import clusters, service_tags, services, task_sets


def install() -> None:
    """Puts the calls in place. Call it once."""
    for module in (clusters, service_tags, services, task_sets):
        module.install()
