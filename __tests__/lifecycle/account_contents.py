"""Prints everything that somebody made in an account, one per line. Prints nothing for a fresh account."""

from collections.abc import Iterator
from typing import Any

import boto3


def contents() -> Iterator[str]:
    """Ids and names, service by service."""
    ec2, iam = boto3.client("ec2"), boto3.client("iam")
    for reservation in ec2.describe_instances()["Reservations"]:
        yield from (i["InstanceId"] for i in reservation["Instances"] if i["State"]["Name"] != "terminated")
    yield from names(ec2.describe_volumes()["Volumes"], "VolumeId")
    yield from names(ec2.describe_snapshots(OwnerIds=["self"])["Snapshots"], "SnapshotId")
    yield from names(ec2.describe_addresses()["Addresses"], "PublicIp")
    yield from names(ec2.describe_key_pairs()["KeyPairs"], "KeyName")
    groups = ec2.describe_security_groups()["SecurityGroups"]
    yield from (group["GroupName"] for group in groups if group["GroupName"] != "default")
    yield from names(ec2.describe_network_interfaces()["NetworkInterfaces"], "NetworkInterfaceId")
    yield from network(ec2)
    yield from names(boto3.client("logs").describe_log_groups()["logGroups"], "logGroupName")
    roles = iam.list_roles()["Roles"]
    yield from (role["RoleName"] for role in roles if not role["Path"].startswith("/aws-service-role/"))
    yield from names(iam.list_instance_profiles()["InstanceProfiles"], "InstanceProfileName")
    yield from names(boto3.client("ssm").describe_parameters()["Parameters"], "Name")
    # The name of a deleted secret that can be restored is still taken.
    secrets = boto3.client("secretsmanager").list_secrets(IncludePlannedDeletion=True)
    yield from names(secrets["SecretList"], "Name")
    yield from names(boto3.client("dlm").get_lifecycle_policies()["Policies"], "PolicyId")
    yield from names(boto3.client("s3").list_buckets()["Buckets"], "Name")
    yield from containers()
    yield from messages()


def containers() -> Iterator[str]:
    """Clusters and repositories. Task definitions are not listed: ECS keeps every revision for ever."""
    yield from (arn.rpartition("/")[2] for arn in boto3.client("ecs").list_clusters()["clusterArns"])
    yield from names(boto3.client("ecr").describe_repositories()["repositories"], "repositoryName")


def messages() -> Iterator[str]:
    """Topics, queues, alarms and rules."""
    yield from names(boto3.client("sns").list_topics()["Topics"], "TopicArn")
    yield from boto3.client("sqs").list_queues().get("QueueUrls", [])
    yield from names(boto3.client("cloudwatch").describe_alarms()["MetricAlarms"], "AlarmName")
    yield from names(boto3.client("events").list_rules()["Rules"], "Name")


def network(ec2: Any) -> Iterator[str]:
    """VPCs and what is in them, except for the default VPC. A gateway is listed for an hour after it is deleted."""
    yield from (vpc["VpcId"] for vpc in ec2.describe_vpcs()["Vpcs"] if not vpc["IsDefault"])
    yield from (subnet["SubnetId"] for subnet in ec2.describe_subnets()["Subnets"] if not subnet["DefaultForAz"])
    tables = ec2.describe_route_tables()["RouteTables"]
    yield from (each["RouteTableId"] for each in tables if not any(link["Main"] for link in each["Associations"]))
    yield from names(ec2.describe_internet_gateways()["InternetGateways"], "InternetGatewayId")
    gateways = ec2.describe_nat_gateways()["NatGateways"]
    yield from (each["NatGatewayId"] for each in gateways if each["State"] != "deleted")
    yield from names(ec2.describe_vpc_endpoints()["VpcEndpoints"], "VpcEndpointId")
    yield from names(ec2.describe_flow_logs()["FlowLogs"], "FlowLogId")


def names(found: list[dict[str, Any]], key: str) -> Iterator[str]:
    """The id or name of each."""
    return (each[key] for each in found)


if __name__ == "__main__":
    for line in contents():
        print(line)
