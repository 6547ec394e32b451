"""VPCs."""

import pytest
from botocore.exceptions import ClientError


@pytest.mark.parametrize(
    "make_user",
    [
        lambda network: network.new_gateway(),
        lambda network: network.new_group("user"),
        lambda network: network.new_endpoint(),
    ],
    ids=["an internet gateway", "a security group", "an endpoint"],
)
def test_fails_to_delete_one_with_something_in_it(network, make_user):
    network.ec2.delete_subnet(SubnetId=network.subnet_id)
    make_user(network)
    with pytest.raises(ClientError, match=r"\(DependencyViolation\)"):
        network.ec2.delete_vpc(VpcId=network.vpc_id)


def test_a_deleted_vpc_leaves_nothing(network):
    network.ec2.delete_subnet(SubnetId=network.subnet_id)
    network.ec2.delete_vpc(VpcId=network.vpc_id)
    here = [{"Name": "vpc-id", "Values": [network.vpc_id]}]
    assert network.ec2.describe_network_acls(Filters=here)["NetworkAcls"] == []
    assert network.ec2.describe_route_tables(Filters=here)["RouteTables"] == []
    assert network.ec2.describe_security_groups(Filters=here)["SecurityGroups"] == []
