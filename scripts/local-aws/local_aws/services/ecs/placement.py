"""Chooses the container instance of a task, or says why there is none, in ECS's words. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from . import query_language
from .resources import Needs, lacks

Instance = Mapping[str, Any]
NO_INSTANCES = "No Container Instances were found in your cluster."
_NOT_MET = "was unable to place a task because no container instance met all of its requirements."
_MORE = "For more information, see the Troubleshooting section of the Amazon ECS Developer Guide."
_EVENTS = {
    "RESOURCE:CPU": "has insufficient CPU units available",
    "RESOURCE:MEMORY": "has insufficient memory available",
    "RESOURCE:PORTS": "is already using a port required by your task",
    "ATTRIBUTE": "is missing an attribute required by your task",
}


@dataclass(frozen=True)
class Wish:
    """What a task asks of its instance. `attributes` are names that the instance must have."""

    needs: Needs
    constraints: Sequence[Mapping[str, str]] = ()
    strategy: Sequence[Mapping[str, str]] = ()
    attributes: Sequence[str] = ()


@dataclass(frozen=True)
class Candidate:
    """An instance as ECS describes it, and how many tasks of the same group run there."""

    instance: Instance
    same_group: int = 0


@dataclass(frozen=True)
class Choice:
    """The instance of a task, or else the reasons why each one is none, as (ARN, reason), as RunTask answers them."""

    instance: Instance | None = None
    refusals: Sequence[tuple[str, str]] = field(default_factory=list)


def choose(wish: Wish, candidates: Iterable[Candidate]) -> Choice:
    """Chooses an instance. Those that drain are not there."""
    active = [each for each in candidates if each.instance["status"] == "ACTIVE"]
    refusals = [(each.instance["containerInstanceArn"], why_not(wish, each)) for each in active]
    fit = [each for each, (_arn, reason) in zip(active, refusals, strict=True) if reason is None]
    if not fit:
        return Choice(refusals=[(arn, reason or "") for arn, reason in refusals])
    return Choice(min(fit, key=lambda each: _rank(wish, each)).instance)


def why_not(wish: Wish, candidate: Candidate) -> str | None:
    """Returns why an instance cannot run a task, as RunTask says it. None: it can."""
    instance = candidate.instance
    if not instance["agentConnected"]:
        return "AGENT"
    for constraint in wish.constraints:
        if constraint["type"] == "distinctInstance" and candidate.same_group:
            return "DistinctInstance placement constraint unsatisfied."
        if constraint["type"] == "memberOf" and not query_language.parse(constraint["expression"])(instance):
            return "MemberOf placement constraint unsatisfied."
    if set(wish.attributes) - {each["name"] for each in instance["attributes"]}:
        return "ATTRIBUTE"
    lacking = lacks(instance["remainingResources"], wish.needs)
    return f"RESOURCE:{lacking}" if lacking else None


def event(refusals: Sequence[tuple[str, str]]) -> str:
    """Returns what an event of a service says about a task that no instance can run."""
    if not refusals:
        return f"{_NOT_MET} Reason: {NO_INSTANCES} {_MORE}"
    # The closest one lacks least: what comes last when an instance is looked at.
    order = ("AGENT", "DistinctInstance", "MemberOf", "ATTRIBUTE", "RESOURCE")
    arn, reason = max(refusals, key=lambda each: next(place for place, name in enumerate(order) if name in each[1]))
    said = _EVENTS.get(reason, f'encountered error "{reason}"')
    return f"{_NOT_MET} The closest matching (container-instance {arn.rpartition('/')[2]}) {said}. {_MORE}"


def _rank(wish: Wish, candidate: Candidate) -> tuple[int, str]:
    left = {each["name"]: each["integerValue"] for each in candidate.instance["remainingResources"]}
    first = wish.strategy[0] if wish.strategy else {"type": "spread"}
    rank = left[first["field"].upper()] if first["type"] == "binpack" else candidate.same_group
    return rank, candidate.instance["containerInstanceArn"]
