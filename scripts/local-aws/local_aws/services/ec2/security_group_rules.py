"""The rules of a security group: `aws_vpc_security_group_ingress_rule` would drift.

moto keeps the description of a rule only if the peer is a CIDR block. It changes no other peer than an IPv4 block, and
no rule for every protocol.
"""

from collections.abc import Iterator
from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule

from local_aws.core.operations import correction

EVERY_PROTOCOL = "-1"


def install() -> None:
    """Keeps descriptions, and changes rules of every kind."""
    correction(SecurityGroupBackend, "_iterate_security_rules")(keep_descriptions)
    correction(SecurityGroupBackend, "modify_security_group_rules")(modify_security_group_rules)


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
