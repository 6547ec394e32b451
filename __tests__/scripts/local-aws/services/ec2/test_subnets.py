"""Subnets."""

import pytest
from botocore.exceptions import ClientError


def test_fails_to_delete_one_with_a_network_interface_in_it(network):
    interface = network.ec2.create_network_interface(SubnetId=network.subnet_id)["NetworkInterface"]
    with pytest.raises(ClientError, match=r"\(DependencyViolation\)"):
        network.ec2.delete_subnet(SubnetId=network.subnet_id)
    network.ec2.delete_network_interface(NetworkInterfaceId=interface["NetworkInterfaceId"])
    network.ec2.delete_subnet(SubnetId=network.subnet_id)


def test_a_deleted_subnet_leaves_its_network_acl(network):
    network.ec2.delete_subnet(SubnetId=network.subnet_id)
    here = [{"Name": "vpc-id", "Values": [network.vpc_id]}]
    (acl,) = network.ec2.describe_network_acls(Filters=here)["NetworkAcls"]
    assert acl["Associations"] == []
