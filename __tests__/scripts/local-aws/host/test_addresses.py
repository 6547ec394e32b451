"""The parts of the local AWS's network, and the addresses that it gives out."""

from ipaddress import IPv4Network

import pytest
from local_aws.core.errors import LocalAwsError
from local_aws.host.addresses import AddressPlan, MachineAddresses, NoFreeAddress, pick_private

PLAN = AddressPlan(IPv4Network("198.18.0.0/20"))


def test_divides_a_network_into_public_addresses_and_the_default_vpc():
    assert str(PLAN.gateway) == "198.18.0.1"
    assert str(PLAN.api) == "198.18.0.2"
    assert str(PLAN.public) == "198.18.0.0/21"
    assert str(PLAN.default_vpc) == "198.18.8.0/21"
    assert [str(PLAN.default_subnet(index)) for index in (0, 7)] == ["198.18.8.0/24", "198.18.15.0/24"]


@pytest.mark.parametrize("network", ["198.18.0.0/16", "198.18.3.0/24", "198.19.240.0/20"])
def test_takes_networks_that_nobody_routes(network):
    plan = AddressPlan(IPv4Network(network))
    assert plan.default_subnet(7).subnet_of(plan.default_vpc)
    assert plan.default_subnet(0).prefixlen <= 28


@pytest.mark.parametrize("network", ["10.0.0.0/16", "198.18.0.0/15", "198.18.0.0/25", "198.20.0.0/20", "0.0.0.0/0"])
def test_fails_for_a_network_that_somebody_may_have(network):
    with pytest.raises(LocalAwsError, match=r"--network .*: expected a network from /16 to /24 inside 198.18.0.0/15"):
        AddressPlan(IPv4Network(network))


def test_gives_out_every_public_address_once_and_then_fails():
    plan = AddressPlan(IPv4Network("198.18.3.0/24"))
    used: set[str] = set()
    for _ in range(125):
        used.add(plan.pick_public(used))
    assert used == {f"198.18.3.{last}" for last in range(3, 128)}
    with pytest.raises(NoFreeAddress, match=r"all 125 public addresses of 198.18.3.0/24 are in use"):
        plan.pick_public(used)


def test_gives_out_private_addresses_as_aws_does_and_then_fails():
    subnet = IPv4Network("10.1.2.0/28")
    used: list[str] = []
    for _ in range(11):
        used.append(pick_private(subnet, used))
    assert used == [f"10.1.2.{last}" for last in range(4, 15)]
    with pytest.raises(NoFreeAddress, match=r"all addresses of the subnet 10.1.2.0/28 are in use"):
        pick_private(subnet, used)


def test_knows_the_addresses_of_its_services():
    assert PLAN.services == ("169.254.169.254", "169.254.169.253", "169.254.170.2", "198.18.0.2")
    assert [PLAN.holds(address) for address in ("198.18.15.255", "198.18.16.0", "10.0.0.4")] == [True, False, False]


def test_lists_a_machine_s_addresses_with_the_lasting_one_first():
    addresses = MachineAddresses("198.18.8.4", ("198.18.1.1",), (("10.0.0.4", "10.0.0.0/16"),))
    assert addresses.all == ("198.18.8.4", "198.18.1.1", "10.0.0.4")
