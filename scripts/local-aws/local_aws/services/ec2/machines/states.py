"""The states of instances, and what EC2 says of an instance that could not get into one."""

from typing import Any

from moto.ec2.models.instances import InstanceState, StateReason

# Source: EC2 API reference, InstanceState (read 2026-11).
_CODES = {"pending": 0, "running": 16, "shutting-down": 32, "terminated": 48, "stopping": 64, "stopped": 80}
SHUT_ITSELF_DOWN = "Client.InstanceInitiatedShutdown"
_CANNOT_BOOT = "Server.InternalError"


def put_into(instance: Any, state: str) -> None:
    """Puts an instance into a state."""
    instance._state = InstanceState(state, _CODES[state])


def say_shut_itself_down(instance: Any) -> None:
    """Says that the machine powered itself off. No user did, so the other reason is empty."""
    instance._reason = ""
    instance.state_reason = StateReason(f"{SHUT_ITSELF_DOWN}: Instance initiated shutdown", SHUT_ITSELF_DOWN)


def say_cannot_boot(instance: Any, why: object) -> None:
    """Says why the machine cannot boot."""
    instance.state_reason = StateReason(f"{_CANNOT_BOOT}: Internal error on launch: {why}", _CANNOT_BOOT)
