"""NAT gateways."""


def test_a_deleted_gateway_frees_its_address_and_its_interface(network):
    gateway_id, allocation_id = network.new_nat_gateway()
    (address,) = network.ec2.describe_addresses(AllocationIds=[allocation_id])["Addresses"]
    assert address["NetworkInterfaceId"] == network.interfaces()[0]["NetworkInterfaceId"]
    network.ec2.delete_nat_gateway(NatGatewayId=gateway_id)
    (address,) = network.ec2.describe_addresses(AllocationIds=[allocation_id])["Addresses"]
    assert "AssociationId" not in address
    assert network.interfaces() == []
    network.ec2.release_address(AllocationId=allocation_id)
