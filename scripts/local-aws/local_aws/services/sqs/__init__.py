"""SQS: what queues keep, dead letters, waiting for messages, and messages of other services."""

from . import dead_letters, queues, waiting


def install() -> None:
    """Puts the corrections in place. Call it once."""
    for module in (queues, dead_letters, waiting):
        module.install()
