"""Whether an event matches the pattern of a rule.

A pattern has the shape of an event. Its leaves are lists of what may be there: a value, or a filter such as
`{"prefix": "service:"}`. A list in an event matches when one of its elements does. moto does not look into lists of
objects, such as the containers of a task, and takes every filter that it does not know for true.
"""

import ipaddress
import json
import operator
import re
from collections.abc import Callable
from typing import Any

_ABSENT = object()
_COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, "=": operator.eq, ">=": operator.ge, ">": operator.gt,
}  # fmt: skip
_FILTERS = ("anything-but", "cidr", "equals-ignore-case", "exists", "numeric", "prefix", "suffix", "wildcard")


class InvalidPattern(Exception):
    """A pattern that AWS refuses. The text is AWS's reason."""


def parse(text: str) -> dict[str, Any]:
    """Returns a pattern. Raises InvalidPattern."""
    try:
        pattern = json.loads(text)
    except ValueError:
        raise InvalidPattern("Event pattern is not valid. Reason: It is not JSON") from None
    if not isinstance(pattern, dict) or not pattern:
        raise InvalidPattern("Event pattern is not valid. Reason: Filter is not an object")
    _check(pattern)
    return pattern


def matches(pattern: dict[str, Any], event: Any) -> bool:
    """Says whether an event matches a pattern that was parsed."""
    if isinstance(event, list):
        return any(matches(pattern, each) for each in event)
    fields = event if isinstance(event, dict) else {}
    for name, wanted in pattern.items():
        if name == "$or":
            if not any(matches(each, event) for each in wanted):
                return False
        elif isinstance(wanted, dict):
            if not matches(wanted, fields.get(name, {})):
                return False
        elif not any(_passes(each, fields.get(name, _ABSENT)) for each in wanted):
            return False
    return True


def _passes(wanted: Any, found: Any) -> bool:
    if isinstance(wanted, dict) and "exists" in wanted:
        # `exists` looks at leaves alone.
        return (found is not _ABSENT and not isinstance(found, dict)) is wanted["exists"]
    if found is _ABSENT:
        return False
    values = found if isinstance(found, list) else [found]
    return any(_passes_filter(wanted, each) if isinstance(wanted, dict) else _same(wanted, each) for each in values)


def _same(wanted: Any, found: Any) -> bool:
    # For Python, True is 1.
    return isinstance(wanted, bool) is isinstance(found, bool) and wanted == found


def _passes_filter(wanted: dict[str, Any], found: Any) -> bool:
    ((kind, value),) = wanted.items()
    if kind == "anything-but":
        if isinstance(value, dict):
            return not _passes_filter(value, found)
        return not any(_same(each, found) for each in _as_list(value))
    if kind == "numeric":
        is_number = isinstance(found, int | float) and not isinstance(found, bool)
        return is_number and all(
            _COMPARISONS[sign](found, limit) for sign, limit in zip(value[::2], value[1::2], strict=True)
        )
    return isinstance(found, str) and any(_passes_text(kind, each, found) for each in _as_list(value))


def _passes_text(kind: str, value: Any, found: str) -> bool:
    if isinstance(value, dict):
        value, found = value["equals-ignore-case"].lower(), found.lower()
    if kind == "prefix":
        return found.startswith(value)
    if kind == "suffix":
        return found.endswith(value)
    if kind == "equals-ignore-case":
        return found.lower() == value.lower()
    if kind == "wildcard":
        # A star after a backslash is a star.
        parts = [re.escape(part.replace("\\*", "*")) for part in re.split(r"(?<!\\)\*", value)]
        return re.fullmatch(".*".join(parts), found, re.DOTALL) is not None
    try:
        return ipaddress.ip_address(found) in ipaddress.ip_network(value)
    except ValueError:
        return False


def _check(pattern: dict[str, Any]) -> None:
    for name, wanted in pattern.items():
        if name == "$or":
            if not isinstance(wanted, list) or len(wanted) < 2 or not all(isinstance(each, dict) for each in wanted):
                raise _invalid("$or must be an array of two objects or more")
            for each in wanted:
                _check(each)
        elif isinstance(wanted, dict):
            if not wanted:
                raise _invalid("Empty objects are not allowed")
            _check(wanted)
        elif not isinstance(wanted, list):
            raise _invalid(f'"{name}" must be an object or an array')
        elif not wanted:
            raise _invalid("Empty arrays are not allowed")
        else:
            for each in wanted:
                _check_leaf(each)


def _check_leaf(wanted: Any) -> None:
    if isinstance(wanted, list):
        raise _invalid("Match value must be String, number, true, false, or null")
    if not isinstance(wanted, dict):
        return
    if len(wanted) != 1:
        raise _invalid("Only one key allowed in match expression")
    ((kind, value),) = wanted.items()
    if kind not in _FILTERS:
        raise _invalid(f"Unrecognized match type {kind}")
    if kind == "exists" and not isinstance(value, bool):
        raise _invalid("exists match pattern must be either true or false")
    if kind == "numeric":
        _check_numeric(value)
    elif kind == "anything-but" and isinstance(value, dict):
        _check_leaf(value)
    elif kind not in ("exists", "anything-but"):
        _check_text(kind, value)


def _check_numeric(value: Any) -> None:
    pairs = isinstance(value, list) and len(value) in (2, 4)
    if not pairs or not all(each in _COMPARISONS for each in value[::2]):
        raise _invalid("Value of numeric must be an array of comparisons and numbers")
    if not all(isinstance(each, int | float) and not isinstance(each, bool) for each in value[1::2]):
        raise _invalid("Value of numeric comparison must be a number")


def _check_text(kind: str, value: Any) -> None:
    folds = kind in ("prefix", "suffix") and isinstance(value, dict) and value.keys() == {"equals-ignore-case"}
    texts = _as_list(value["equals-ignore-case"] if folds else value)
    if not texts or not all(isinstance(each, str) for each in texts):
        raise _invalid(f"{kind} match pattern must be a string")


def _invalid(reason: str) -> InvalidPattern:
    return InvalidPattern(f"Event pattern is not valid. Reason: {reason}")


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
