"""The addresses that a local AWS gives out.

All are in one network inside 198.18.0.0/15, which RFC 2544 keeps for benchmarks. The internet does not route it: a
packet to such an address reaches a machine here, or none. The lower half holds public and elastic addresses. The upper
half is the default VPC. The link-local addresses of AWS's services are the same in every local AWS.
"""

import random
from collections.abc import Collection
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network

from local_aws.core.errors import LocalAwsError

NEVER_ROUTED = IPv4Network("198.18.0.0/15")
LARGEST_PREFIX = 24
# AWS's addresses of services that each machine reaches without a route of its VPC.
METADATA, RESOLVER, CONTAINER_CREDENTIALS = "169.254.169.254", "169.254.169.253", "169.254.170.2"
LINK_LOCAL_SERVICES = (METADATA, RESOLVER, CONTAINER_CREDENTIALS)
LINK_LOCAL = IPv4Network("169.254.0.0/16")
# A default VPC has a subnet for each zone, and no region has more than eight zones.
SUBNETS_A_VPC_BITS = 3


@dataclass(frozen=True)
class AddressPlan:
    """The parts of one network. Raises LocalAwsError when it is outside the range, or of another size."""

    network: IPv4Network

    def __post_init__(self) -> None:
        if not self.network.subnet_of(NEVER_ROUTED) or not 16 <= self.network.prefixlen <= LARGEST_PREFIX:
            raise LocalAwsError(
                f"--network {self.network}: expected a network from /16 to /{LARGEST_PREFIX} inside {NEVER_ROUTED}, "
                "which nobody routes, such as 198.18.0.0/20"
            )

    @property
    def gateway(self) -> IPv4Address:
        """The address of this host on the bridge."""
        return self.network[1]

    @property
    def api(self) -> IPv4Address:
        """The address of AWS's API for machines."""
        return self.network[2]

    @property
    def services(self) -> tuple[str, ...]:
        """Every address in the namespace of the services."""
        return (*LINK_LOCAL_SERVICES, str(self.api))

    def holds(self, address: str) -> bool:
        """Says whether an address is in the local AWS's network."""
        return IPv4Address(address) in self.network

    @property
    def public(self) -> IPv4Network:
        """Public and elastic addresses, and those of machines that have no other address in the network."""
        return next(self.network.subnets())

    @property
    def default_vpc(self) -> IPv4Network:
        """Private addresses of the default VPC."""
        return list(self.network.subnets())[1]

    def default_subnet(self, index: int) -> IPv4Network:
        """Returns the default subnet of the zone with this index."""
        return list(self.default_vpc.subnets(prefixlen_diff=SUBNETS_A_VPC_BITS))[index]

    def pick_public(self, used: Collection[str]) -> str:
        """Returns a free address from the public half. It is random, so that a freed address is not in use at once.

        Raises NoFreeAddress when all are in use.
        """
        first, last = int(self.api) + 1, int(self.public.broadcast_address)
        taken = {int(IPv4Address(address)) for address in used}
        free = [number for number in range(first, last + 1) if number not in taken]
        if not free:
            raise NoFreeAddress(f"all {last - first + 1} public addresses of {self.network} are in use: release some")
        return str(IPv4Address(random.choice(free)))


def pick_private(subnet: IPv4Network, used: Collection[str]) -> str:
    """Returns the first free address of a subnet. AWS keeps the first four and the last. Raises NoFreeAddress."""
    for number in range(int(subnet[4]), int(subnet.broadcast_address)):
        address = str(IPv4Address(number))
        if address not in used:
            return address
    raise NoFreeAddress(f"all addresses of the subnet {subnet} are in use: terminate instances, or use another subnet")


class NoFreeAddress(Exception):
    """Every address is in use."""


@dataclass(frozen=True)
class MachineAddresses:
    """The addresses on a machine's interface.

    - `link` is in the local AWS's network. The machine keeps it, and sends from it.
    - `public` are in that network too. They come and go.
    - `private` are those of other VPCs, each with the network of its VPC. Other machines reach them over the bridge.
      This host does not, since a real machine somewhere else may have that address.
    """

    link: str
    public: tuple[str, ...] = ()
    private: tuple[tuple[str, str], ...] = field(default=())

    @property
    def all(self) -> tuple[str, ...]:
        """Every address, the link address first."""
        return (self.link, *self.public, *(address for address, _vpc in self.private))
