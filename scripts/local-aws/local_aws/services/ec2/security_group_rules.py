"""The rules of a security group: `aws_vpc_security_group_ingress_rule` would drift.

moto keeps the description of a rule only if the peer is a CIDR block. It changes no other peer than an IPv4 block, and
no rule for every protocol. It takes descriptions of groups and rules that EC2 refuses.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import EC2Backend
from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule
from moto.ec2.responses.security_groups import SecurityGroups

from local_aws.core.operations import ApiError, correction

EVERY_PROTOCOL = "-1"
# Source of the texts: https://github.com/aws-cloudformation/cfn-lint/issues/173 for rules,
# https://github.com/cds-snc/notification-terraform/pull/561 and
# https://github.com/hashicorp/terraform-provider-aws/pull/43854 for groups (read 2026-11).
VALID_DESCRIPTION = re.compile(r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}")
EXPECTED = (
    "Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*"
)
RULE_CALLS = (
    "authorize_security_group_egress",
    "authorize_security_group_ingress",
    "update_security_group_rule_descriptions_egress",
    "update_security_group_rule_descriptions_ingress",
)


def install() -> None:
    """Keeps descriptions, refuses those that EC2 refuses, and changes rules of every kind."""
    correction(SecurityGroups, "create_security_group")(check_description_of_group)
    for call in RULE_CALLS:
        correction(SecurityGroups, call)(check_descriptions_of_rules)
    correction(SecurityGroups, "modify_security_group_rules")(check_descriptions_of_changes)
    correction(SecurityGroupBackend, "_iterate_security_rules")(keep_descriptions)
    correction(SecurityGroupBackend, "modify_security_group_rules")(modify_security_group_rules)


def check_description_of_group(original: Any, response: SecurityGroups) -> ActionResult:
    """Refuses a description of a group that EC2 refuses."""
    description = response._get_param("Description") or ""
    if not description.isascii():
        raise ApiError(
            "InvalidParameterValue",
            f"Value ({description}) for parameter GroupDescription is invalid. Character sets beyond ASCII are not "
            "supported.",
        )
    if not VALID_DESCRIPTION.fullmatch(description):
        raise ApiError("InvalidParameterValue", f"Invalid security group description. {EXPECTED}")
    return original(response)


def check_descriptions_of_rules(original: Any, response: SecurityGroups) -> ActionResult:
    """Refuses descriptions of rules that EC2 refuses. No rule of such a request is made."""
    for permission in response._get_param("IpPermissions", []):
        for kind in ("IpRanges", "Ipv6Ranges", "UserIdGroupPairs", "PrefixListIds"):
            _check_each(permission.get(kind) or [])
    return original(response)


def check_descriptions_of_changes(original: Any, response: SecurityGroups) -> ActionResult:
    """Refuses new descriptions of rules that EC2 refuses. No rule of such a request changes."""
    _check_each(changed["SecurityGroupRule"] for changed in response._get_param("SecurityGroupRules", []))
    return original(response)


def keep_descriptions(
    original: Any,
    backend: EC2Backend,
    *arguments: Any,
    **keywords: Any,
) -> Iterator[SecurityGroupRule]:
    """Keeps a description where moto reads it: beside the CIDR block, even if the rule has none."""
    *_, blocks, groups, prefix_lists = arguments
    rules = original(backend, *arguments, **keywords)
    for rule, peer in zip(rules, [*blocks, *groups, *prefix_lists], strict=True):
        if isinstance(peer, dict) and "Description" in peer:
            rule.ip_range["Description"] = peer["Description"]
        yield rule


def modify_security_group_rules(
    original: Any, backend: EC2Backend, group_id: str, rules: dict[str, dict[str, Any]]
) -> None:
    """Changes peers and ports of every kind. moto wants ports for every protocol, too."""
    for wanted in rules.values():
        if wanted.get("IpProtocol") == EVERY_PROTOCOL:
            wanted.update(FromPort=-1, ToPort=-1)
    original(backend, group_id, rules)
    group = backend.get_security_group_from_id(group_id)
    for rule_id, wanted in rules.items():
        rule = group.get_rule(rule_id)
        if rule.ip_protocol == EVERY_PROTOCOL:
            rule.from_port = rule.to_port = None
        if "CidrIpv6" in wanted:
            rule.ip_range["CidrIpv6"] = wanted["CidrIpv6"]
        if "PrefixListId" in wanted:
            rule.prefix_list_id = wanted["PrefixListId"]
        if "ReferencedGroupId" in wanted:
            rule.source_group = {**rule.source_group, "GroupId": wanted["ReferencedGroupId"]}


def _check_each(described: Iterable[dict[str, Any]]) -> None:
    for each in described:
        if not VALID_DESCRIPTION.fullmatch(each.get("Description") or ""):
            raise ApiError("InvalidParameterValue", f"Invalid rule description. {EXPECTED}")
