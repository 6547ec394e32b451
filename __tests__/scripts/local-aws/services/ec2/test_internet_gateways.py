"""Internet gateways."""

import pytest
from botocore.exceptions import ClientError


def test_fails_to_detach_while_the_vpc_has_a_public_address(network):
    gateway_id = network.new_gateway()
    nat_gateway_id, _ = network.new_nat_gateway()
    with pytest.raises(ClientError, match=r"\(DependencyViolation\).* has some mapped public address"):
        network.ec2.detach_internet_gateway(InternetGatewayId=gateway_id, VpcId=network.vpc_id)
    network.ec2.delete_nat_gateway(NatGatewayId=nat_gateway_id)
    network.ec2.detach_internet_gateway(InternetGatewayId=gateway_id, VpcId=network.vpc_id)
