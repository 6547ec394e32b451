"""The order of the containers of a task: `dependsOn`, from its start to its end. Pure.

Source: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html (read 2026-11).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Definition = Mapping[str, Any]


class Impossible(Exception):
    """A container that can never start, in the words of AWS's agent."""


@dataclass(frozen=True)
class Seen:
    """How a container is doing. `running_sec` is the time since its start."""

    has_started: bool = False
    is_stopped: bool = False
    exit_code: int | None = None
    health: str = "UNKNOWN"
    running_sec: float = 0


def may_start(definition: Definition, others: Mapping[str, Seen], definitions: Mapping[str, Definition]) -> bool:
    """Says whether a container may start now. Raises Impossible when it never may."""
    # Each of them is looked at: one that is impossible counts more than one that takes time.
    met = [_is_met(definition, each, others, definitions) for each in definition.get("dependsOn") or []]
    return all(met)


def may_stop(name: str, others: Mapping[str, Seen], definitions: Sequence[Definition]) -> bool:
    """Says whether a container may be stopped now: those that depend on it are stopped before it."""
    dependents = [
        each["name"] for each in definitions if name in [one["containerName"] for one in each.get("dependsOn") or []]
    ]
    return all(others[each].is_stopped or not others[each].has_started for each in dependents)


def _is_met(
    definition: Definition, needed: Mapping[str, str], others: Mapping[str, Seen], definitions: Mapping[str, Definition]
) -> bool:
    name, condition = needed["containerName"], needed["condition"]
    seen = others[name]
    if _holds(condition, seen):
        return True
    start = f"dependency graph: container ordering dependency [{name}] for target [{definition['name']}]"
    if seen.is_stopped:
        raise Impossible(f"{start} did not exit successfully or is not healthy.")
    limit_sec = definitions[name].get("startTimeout")
    if limit_sec and seen.has_started and seen.running_sec > limit_sec:
        raise Impossible(f"{start} has timed out.")
    return False


def _holds(condition: str, seen: Seen) -> bool:
    if condition == "START":
        return seen.has_started
    if condition == "COMPLETE":
        return seen.is_stopped and seen.has_started
    if condition == "SUCCESS":
        return seen.is_stopped and seen.exit_code == 0
    return seen.health == "HEALTHY" and not seen.is_stopped
