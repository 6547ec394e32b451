"""IAM's policy language: which statements concern a request, and what they say of it together.

Who asks is not looked at: a policy of a role has no principal, and `resource_policies` looks at those of a resource.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

Statement = dict[str, Any]


class UnknownCondition(Exception):
    """A policy has a condition that is not evaluated here. The text says which."""


def allows(
    documents: Iterable[str | dict[str, Any]], action: str, resource: str, context: Mapping[str, str] | None = None
) -> bool:
    """Says whether policies together allow an action, such as `ecs:Poll`, on a resource. A Deny wins.

    The resource is `*` for an action without resource types. The context has the values of condition keys.
    """
    effects = {
        statement["Effect"]
        for document in documents
        for statement in statements_of(document)
        if names_action(statement, action)
        and names_resource(statement, resource)
        and meets_conditions(statement, context or {})
    }
    return "Allow" in effects and "Deny" not in effects


def statements_of(document: str | dict[str, Any] | None) -> list[Statement]:
    """Returns the statements of a policy. No policy has none."""
    policy = json.loads(document) if isinstance(document, str) else document or {}
    found = policy.get("Statement", [])
    return [found] if isinstance(found, dict) else found


def names_action(statement: Statement, action: str) -> bool:
    """Says whether a statement is about an action. Case does not matter."""
    return _names(statement, "Action", lambda pattern: matches(pattern.lower(), action.lower()))


def names_resource(statement: Statement, resource: str) -> bool:
    """Says whether a statement is about a resource: an ARN, or `*`."""
    return _names(statement, "Resource", lambda pattern: matches_arn(pattern, resource))


def meets_conditions(statement: Statement, context: Mapping[str, str]) -> bool:
    """Says whether a request with these values of condition keys meets all conditions. Case of keys does not matter.

    Raises UnknownCondition.
    """
    values = {key.lower(): value for key, value in context.items()}
    return all(
        _holds(operator, values.get(key.lower()), [str(each) for each in listed(wanted)])
        for operator, keys in statement.get("Condition", {}).items()
        for key, wanted in keys.items()
    )


def matches(pattern: str, text: str) -> bool:
    """Says whether text matches a pattern with `*` and `?`."""
    return _compiled(pattern).fullmatch(text) is not None


def matches_arn(pattern: str, text: str) -> bool:
    """Says whether an ARN matches a pattern. Each of its six parts does: no wildcard reaches over a colon but the last.

    Other patterns, such as `*`, match as a whole.
    """
    if not pattern.startswith("arn:"):
        return matches(pattern, text)
    patterns, parts = pattern.split(":", 5), text.split(":", 5)
    return len(patterns) == len(parts) and all(map(matches, patterns, parts))


def listed(value: Any) -> list[Any]:
    """Returns a list itself, and anything else as a list of one."""
    return value if isinstance(value, list) else [value]


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    words = {"*": ".*", "?": "."}
    return re.compile("".join(words.get(each, re.escape(each)) for each in pattern), re.DOTALL)


def _names(statement: Statement, kind: str, match: Callable[[str], bool]) -> bool:
    if f"Not{kind}" in statement:
        return not any(map(match, listed(statement[f"Not{kind}"])))
    return any(map(match, listed(statement.get(kind, []))))


def _holds(operator: str, value: str | None, wanted: list[str]) -> bool:
    name = operator.removesuffix("IfExists")
    if name not in _OPERATORS:
        raise UnknownCondition(f"the condition {operator} in a policy is not evaluated by the local AWS")
    if value is None:
        return name != operator or name.startswith(("StringNot", "ArnNot"))
    return _OPERATORS[name](value, wanted)


def _equals(value: str, wanted: list[str]) -> bool:
    return value in wanted


def _equals_truth(value: str, wanted: list[str]) -> bool:
    return value in [each.lower() for each in wanted]


def _like(value: str, wanted: list[str]) -> bool:
    return any(matches(each, value) for each in wanted)


def _like_arn(value: str, wanted: list[str]) -> bool:
    return any(matches_arn(each, value) for each in wanted)


def _not(matches: Callable[[str, list[str]], bool]) -> Callable[[str, list[str]], bool]:
    return lambda value, wanted: not matches(value, wanted)


_OPERATORS: dict[str, Callable[[str, list[str]], bool]] = {
    "StringEquals": _equals,
    "StringLike": _like,
    "ArnEquals": _like_arn,
    "ArnLike": _like_arn,
    "Bool": _equals_truth,
    "StringNotEquals": _not(_equals),
    "StringNotLike": _not(_like),
    "ArnNotEquals": _not(_like_arn),
    "ArnNotLike": _not(_like_arn),
}
