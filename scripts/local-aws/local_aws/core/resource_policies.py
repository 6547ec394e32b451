"""Whether the policy of a queue, a topic or the logs lets another service of AWS send something there.

On AWS, a message is lost without a word where this policy is missing. Policies are evaluated for services alone here,
and not for the callers of the API.
"""

import fnmatch
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Sender:
    """The service that sends (`events.amazonaws.com`), and what of it does: the ARN of a rule, an alarm, a topic."""

    service: str
    arn: str
    account: str


class NotAllowed(Exception):
    """A service may not send. The text says in one sentence what the policy lacks."""


def require_allowed(policy: str | None, sender: Sender, action: str, resource: str) -> None:
    """Raises NotAllowed unless the policy of a resource lets the sender do an action, such as `sqs:SendMessage`."""
    statements = _statements(policy)
    effects = {each.get("Effect") for each in statements if _concerns(each, sender, action, resource)}
    if "Deny" in effects:
        raise NotAllowed(f"the policy of {resource} denies {action} to {sender.service} for {sender.arn}")
    if "Allow" not in effects:
        raise NotAllowed(f"the policy of {resource} does not allow {action} to {sender.service} for {sender.arn}")


def _statements(policy: str | None) -> list[dict[str, Any]]:
    found = json.loads(policy).get("Statement", []) if policy else []
    return [found] if isinstance(found, dict) else found


def _concerns(statement: dict[str, Any], sender: Sender, action: str, resource: str) -> bool:
    return (
        _names_principal(statement, sender)
        and _names(statement, "Action", action, fold=True)
        and _names(statement, "Resource", resource)
        and all(
            _holds(operator, key, _as_list(wanted), sender)
            for operator, keys in statement.get("Condition", {}).items()
            for key, wanted in keys.items()
        )
    )


def _names_principal(statement: dict[str, Any], sender: Sender) -> bool:
    if "NotPrincipal" in statement:
        raise NotAllowed("NotPrincipal in a policy is not evaluated by the local AWS")
    principal = statement.get("Principal", {})
    if principal == "*":
        return True
    return sender.service in _as_list(principal.get("Service", [])) or "*" in _as_list(principal.get("AWS", []))


def _names(statement: dict[str, Any], kind: str, value: str, *, fold: bool = False) -> bool:
    value = value.lower() if fold else value

    def matches(patterns: Any) -> bool:
        texts = [each.lower() if fold else each for each in _as_list(patterns)]
        return any(fnmatch.fnmatchcase(value, each.replace("[", "[[]")) for each in texts)

    if f"Not{kind}" in statement:
        return not matches(statement[f"Not{kind}"])
    return matches(statement.get(kind, []))


def _holds(operator: str, key: str, wanted: list[str], sender: Sender) -> bool:
    # What a call of a service has. Everything else is absent.
    context = {
        "aws:sourcearn": sender.arn,
        "aws:sourceaccount": sender.account,
        # CloudWatch says on whose behalf it sends. So alarms pass by the policy that a topic has by default.
        **({"aws:sourceowner": sender.account} if sender.service == "cloudwatch.amazonaws.com" else {}),
        "aws:principalisawsservice": "true",
        "aws:principalservicename": sender.service,
        "aws:securetransport": "true",
    }
    value = context.get(key.lower())
    name = operator.removesuffix("IfExists")
    if name not in _OPERATORS:
        raise NotAllowed(f"the condition {operator} in a policy is not evaluated by the local AWS")
    if value is None:
        return name != operator or name.startswith(("StringNot", "ArnNot"))
    return _OPERATORS[name](value, [str(each) for each in wanted])


def _equals(value: str, wanted: list[str]) -> bool:
    return value in wanted


def _equals_truth(value: str, wanted: list[str]) -> bool:
    return value in [each.lower() for each in wanted]


def _like(value: str, wanted: list[str]) -> bool:
    return any(fnmatch.fnmatchcase(value, each.replace("[", "[[]")) for each in wanted)


def _not(matches: Callable[[str, list[str]], bool]) -> Callable[[str, list[str]], bool]:
    return lambda value, wanted: not matches(value, wanted)


_OPERATORS: dict[str, Callable[[str, list[str]], bool]] = {
    "StringEquals": _equals,
    "StringLike": _like,
    "ArnEquals": _like,
    "ArnLike": _like,
    "Bool": _equals_truth,
    "StringNotEquals": _not(_equals),
    "StringNotLike": _not(_like),
    "ArnNotEquals": _not(_like),
    "ArnNotLike": _not(_like),
}


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
