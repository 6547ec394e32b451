"""Resources of EC2 as the Resource Groups Tagging API lists them.

moto leaves out VPC endpoints and rules of groups, and gives flow logs an ARN of its own making.
"""

from collections.abc import Iterator
from typing import Any

from moto.core.resource_tagging import TaggedResource
from moto.ec2.models import EC2Backend

from local_aws.core.operations import correction


def install() -> None:
    """Lists each under the ARN that AWS gives it."""
    correction(EC2Backend, "iter_tagged_resources")(iter_tagged_resources)


def iter_tagged_resources(original: Any, backend: EC2Backend) -> Iterator[TaggedResource]:
    """Lists moto's own, then those of ours."""
    yield from (each for each in original(backend) if each.resource_type != "ec2:flow-logs")
    groups = [group for vpc in backend.groups.values() for group in vpc.values()]
    found = {
        "vpc-endpoint": backend.vpc_end_points,
        "security-group-rule": [rule.id for each in groups for rule in (*each.ingress_rules, *each.egress_rules)],
        "vpc-flow-log": backend.flow_logs,
    }
    for type_, ids in found.items():
        for id_ in ids:
            yield TaggedResource(
                arn=f"arn:{backend.partition}:ec2:{backend.region_name}:{backend.account_id}:{type_}/{id_}",
                tags=dict(backend.tags.get(id_, {})),
                resource_type=f"ec2:{type_}",
            )
