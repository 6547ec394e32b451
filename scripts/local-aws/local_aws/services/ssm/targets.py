"""Targets: which machines a command or an association means. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from local_aws.core.operations import ApiError

Targets = Sequence[Mapping[str, Any]]
_BY_ID = "instanceids"
_BY_TAG = "tag:"
_BY_KEY = "tag-key"


def require_known(targets: Targets) -> None:
    """Raises ApiError with the name of a kind of target that is not there."""
    for target in targets:
        key = target["Key"]
        if key.lower() not in (_BY_ID, _BY_KEY) and not key.startswith(_BY_TAG):
            raise ApiError("NotImplementedByLocalAws", f"ssm: a target with the key {key}")


def is_target(targets: Targets, instance_id: str, tags: Mapping[str, str]) -> bool:
    """Says whether an instance is meant by all targets. `*` is every instance."""
    return all(_matches(target["Key"], target.get("Values") or [], instance_id, tags) for target in targets)


def share_of(limit: str, count: int) -> int:
    """Returns how many of `count` machines a limit such as `2` or `50%` is."""
    return count * int(limit[:-1]) // 100 if limit.endswith("%") else int(limit)


def _matches(key: str, values: Sequence[str], instance_id: str, tags: Mapping[str, str]) -> bool:
    if key.lower() == _BY_ID:
        return instance_id in values or "*" in values
    if key == _BY_KEY:
        return any(value in tags for value in values)
    return tags.get(key.removeprefix(_BY_TAG)) in values
