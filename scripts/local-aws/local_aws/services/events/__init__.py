"""EventBridge: rules match the events of services and of callers, and send them to their targets."""

from . import events, rules, targets, unsupported


def install() -> None:
    """Puts the corrections in place. Call it once."""
    for module in (rules, targets, events, unsupported):
        module.install()
