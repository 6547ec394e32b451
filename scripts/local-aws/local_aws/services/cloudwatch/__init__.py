"""CloudWatch: metrics with the statistics of each minute, the metrics of queues, and alarms that are evaluated."""

from . import alarms, histories, metrics, queries, queues, watching


def install() -> None:
    """Puts the corrections in place. Call it once."""
    for module in (metrics, queries, alarms, histories, queues, watching):
        module.install()
