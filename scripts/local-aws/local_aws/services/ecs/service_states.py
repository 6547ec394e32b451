"""The states of a service's record, beside what AWS says of it. Pure."""

from typing import Any

# AWS says ACTIVE of the first four. FARGATE's are pretended: they roll out and are steady after a while.
PRETENDED_ROLLING, PRETENDED_STEADY, PRETENDED_FAILED = "IN_PROGRESS", "COMPLETED", "FAILED"
SCHEDULED = "ACTIVE"
# AWS says DRAINING of both. The scheduler ends the second.
PRETENDED_DRAINING, ENDING = "DRAINING", "ENDING"
INACTIVE = "INACTIVE"
ENDED = (PRETENDED_DRAINING, ENDING, INACTIVE)
_FARGATE = ("FARGATE", "FARGATE_SPOT")


def is_scheduled(service: dict[str, Any]) -> bool:
    """Says whether the scheduler runs tasks for a service."""
    return service["state"] in (SCHEDULED, ENDING)


def is_for_fargate(service: dict[str, Any]) -> bool:
    """Says whether the tasks of a service would run on FARGATE, where none run here."""
    strategy = service.get("capacityProviderStrategy")
    return strategy[0]["capacityProvider"] in _FARGATE if strategy else service.get("launchType") in _FARGATE


def told_as(service: dict[str, Any]) -> str:
    """Returns the status of a service, as AWS says it."""
    state = service["state"]
    if state == INACTIVE:
        return INACTIVE
    return "DRAINING" if state in ENDED else "ACTIVE"
