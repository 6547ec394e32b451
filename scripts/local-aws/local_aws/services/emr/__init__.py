"""EMR: clusters, their instance groups and steps. No machine and no Spark runs behind them."""

from . import clusters, instance_groups, policies, regions, steps, tags, unsupported


def install() -> None:
    """Puts the calls in place. Call it once."""
    for module in (clusters, instance_groups, policies, regions, steps, tags, unsupported):
        module.install()
