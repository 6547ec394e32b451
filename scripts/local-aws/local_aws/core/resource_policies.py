"""Whether the policy of a queue, a topic or the logs lets another service of AWS send something there.

On AWS, a message is lost without a word where this policy is missing. Policies are evaluated for services alone here,
and not for the callers of the API.
"""

from dataclasses import dataclass
from typing import Any

from .policies import UnknownCondition, listed, meets_conditions, names_action, names_resource, statements_of


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
    statements = statements_of(policy)
    effects = {each.get("Effect") for each in statements if _concerns(each, sender, action, resource)}
    if "Deny" in effects:
        raise NotAllowed(f"the policy of {resource} denies {action} to {sender.service} for {sender.arn}")
    if "Allow" not in effects:
        raise NotAllowed(f"the policy of {resource} does not allow {action} to {sender.service} for {sender.arn}")


def _concerns(statement: dict[str, Any], sender: Sender, action: str, resource: str) -> bool:
    return (
        _names_principal(statement, sender)
        and names_action(statement, action)
        and names_resource(statement, resource)
        and _meets_conditions(statement, sender)
    )


def _names_principal(statement: dict[str, Any], sender: Sender) -> bool:
    if "NotPrincipal" in statement:
        raise NotAllowed("NotPrincipal in a policy is not evaluated by the local AWS")
    principal = statement.get("Principal", {})
    if principal == "*":
        return True
    return sender.service in listed(principal.get("Service", [])) or "*" in listed(principal.get("AWS", []))


def _meets_conditions(statement: dict[str, Any], sender: Sender) -> bool:
    # What a call of a service has. Everything else is absent.
    context = {
        "aws:SourceArn": sender.arn,
        "aws:SourceAccount": sender.account,
        # CloudWatch says on whose behalf it sends. So alarms pass by the policy that a topic has by default.
        **({"aws:SourceOwner": sender.account} if sender.service == "cloudwatch.amazonaws.com" else {}),
        "aws:PrincipalIsAWSService": "true",
        "aws:PrincipalServiceName": sender.service,
        "aws:SecureTransport": "true",
    }
    try:
        return meets_conditions(statement, context)
    except UnknownCondition as unknown:
        raise NotAllowed(str(unknown)) from None
