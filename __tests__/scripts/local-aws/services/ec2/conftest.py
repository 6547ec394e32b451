"""A VPC for the tests that need one of their own."""

from typing import Any

import pytest


class Network:
    """A new VPC with a subnet, and helpers that make more in it."""

    def __init__(self, ec2: Any) -> None:
        self.ec2 = ec2
        self.vpc_id = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self._subnets = 0
        self.subnet_id = self.new_subnet()

    def new_subnet(self) -> str:
        """Makes another subnet: 10.0.0.0/24, 10.0.1.0/24 …"""
        block = f"10.0.{self._subnets}.0/24"
        self._subnets += 1
        return self.ec2.create_subnet(VpcId=self.vpc_id, CidrBlock=block)["Subnet"]["SubnetId"]

    def new_group(self, name: str) -> str:
        return self.ec2.create_security_group(GroupName=name, Description=name, VpcId=self.vpc_id)["GroupId"]

    def new_gateway(self) -> str:
        """Makes an internet gateway, attached to the VPC."""
        gateway_id = self.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        self.ec2.attach_internet_gateway(InternetGatewayId=gateway_id, VpcId=self.vpc_id)
        return gateway_id

    def new_nat_gateway(self) -> tuple[str, str]:
        """Makes a NAT gateway with a new elastic address. Returns the ids of both."""
        allocation_id = self.ec2.allocate_address(Domain="vpc")["AllocationId"]
        gateway = self.ec2.create_nat_gateway(SubnetId=self.subnet_id, AllocationId=allocation_id)["NatGateway"]
        return gateway["NatGatewayId"], allocation_id

    def new_endpoint(self, **parameters: Any) -> str:
        """Makes an interface endpoint of Systems Manager."""
        wanted = {"ServiceName": "com.amazonaws.eu-west-1.ssm", "VpcEndpointType": "Interface", **parameters}
        return self.ec2.create_vpc_endpoint(VpcId=self.vpc_id, **wanted)["VpcEndpoint"]["VpcEndpointId"]

    def interfaces(self) -> list[dict[str, Any]]:
        """Lists the network interfaces in the VPC."""
        here = [{"Name": "vpc-id", "Values": [self.vpc_id]}]
        return self.ec2.describe_network_interfaces(Filters=here)["NetworkInterfaces"]


@pytest.fixture
def network(ec2: Any) -> Network:
    return Network(ec2)
