"""VPC endpoints and their network interfaces."""

from ipaddress import IPv4Address, IPv4Network

import pytest
from botocore.exceptions import ClientError


def test_an_interface_endpoint_has_an_address_in_each_of_its_subnets_and_its_own_groups(network):
    subnets = [network.subnet_id, network.new_subnet()]
    group = network.new_group("endpoint")
    network.new_endpoint(SubnetIds=subnets, SecurityGroupIds=[group])
    found = {each["SubnetId"]: each for each in network.interfaces()}
    assert sorted(found) == sorted(subnets)
    for subnet_id, block in zip(subnets, ("10.0.0.0/24", "10.0.1.0/24"), strict=True):
        assert IPv4Address(found[subnet_id]["PrivateIpAddress"]) in IPv4Network(block)
        assert [each["GroupId"] for each in found[subnet_id]["Groups"]] == [group]


def test_its_interfaces_follow_when_its_subnets_and_groups_change(network):
    second, third, group = network.new_subnet(), network.new_subnet(), network.new_group("changed")
    endpoint = network.new_endpoint(SubnetIds=[network.subnet_id, second])
    (kept,) = [each["NetworkInterfaceId"] for each in network.interfaces() if each["SubnetId"] == second]
    network.ec2.modify_vpc_endpoint(
        VpcEndpointId=endpoint,
        AddSubnetIds=[third],
        RemoveSubnetIds=[network.subnet_id],
        AddSecurityGroupIds=[group],
    )
    found = {each["SubnetId"]: each for each in network.interfaces()}
    assert sorted(found) == sorted([second, third])
    assert found[second]["NetworkInterfaceId"] == kept
    assert [each["Groups"][0]["GroupId"] for each in found.values()] == [group, group]


def test_routes_to_a_gateway_endpoint_follow_when_its_route_tables_change(network):
    first, second = (network.ec2.create_route_table(VpcId=network.vpc_id)["RouteTable"]["RouteTableId"] for _ in "ab")
    endpoint = network.new_endpoint(
        ServiceName="com.amazonaws.eu-west-1.s3", VpcEndpointType="Gateway", RouteTableIds=[first]
    )

    def routed():
        tables = network.ec2.describe_route_tables(RouteTableIds=[first, second])["RouteTables"]
        return {each["RouteTableId"] for each in tables for route in each["Routes"] if route["GatewayId"] == endpoint}

    assert routed() == {first}
    network.ec2.modify_vpc_endpoint(VpcEndpointId=endpoint, AddRouteTableIds=[second], RemoveRouteTableIds=[first])
    assert routed() == {second}
    network.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    assert routed() == set()


def test_a_deleted_endpoint_leaves_nothing(network):
    endpoint = network.new_endpoint(SubnetIds=[network.subnet_id])
    network.ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint])
    assert network.interfaces() == []
    here = [{"Name": "vpc-id", "Values": [network.vpc_id]}]
    assert network.ec2.describe_vpc_endpoints(Filters=here)["VpcEndpoints"] == []


def test_fails_for_a_service_that_is_not_there(network):
    with pytest.raises(ClientError, match=r"\(InvalidServiceName\)"):
        network.new_endpoint(ServiceName="com.amazonaws.eu-west-1.teleport")


def test_fails_for_a_second_one_with_the_names_of_its_service_in_one_vpc(network):
    network.new_endpoint(SubnetIds=[network.subnet_id])
    with pytest.raises(ClientError, match=r"\(InvalidParameter\).*conflicting DNS domain"):
        network.new_endpoint(SubnetIds=[network.subnet_id])
    network.new_endpoint(SubnetIds=[network.subnet_id], PrivateDnsEnabled=False)
