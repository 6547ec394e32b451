"""CloudWatch Logs: how events are found, and how the events of a stream are saved."""

from . import filtered_events, saved_streams


def install() -> None:
    """Puts the corrections in place. Call it once."""
    for module in (filtered_events, saved_streams):
        module.install()
