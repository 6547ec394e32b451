"""The network namespace of the services that machines reach: metadata, names, credentials, and AWS's API.

This host has none of its addresses. A program of this host that asks 169.254.169.254 reaches what it would reach
without a local AWS, such as the metadata of the real machine below.
"""

import socket
from collections.abc import Iterable
from pathlib import Path

from .addresses import AddressPlan, MachineAddresses
from .commands import run, succeeds
from .names import Names
from .namespaces import listen_in

# Its end of the cable.
INTERFACE = "services"
MAC_ADDRESS = "02:00:5e:00:00:fe"


class ServicesNamespace:
    """Makes the namespace, and knows which machine has which address.

    It answers each address at the hardware address of the machine that has it, without asking the bridge who has it.
    The bridge sends that to one cable alone. So a machine that takes another machine's address gets no answer.
    """

    def __init__(self, names: Names, plan: AddressPlan) -> None:
        self._names = names
        self._plan = plan
        self._owners: dict[str, str] = {}

    @property
    def path(self) -> Path:
        """The mount point of the namespace."""
        return Path("/run/netns", self._names.services_namespace)

    def up(self) -> None:
        """Makes the namespace and its cable. The bridge must be there."""
        namespace, cable = self._names.services_namespace, self._names.services_cable
        run("ip", "netns", "add", namespace)
        run(
            "ip", "-batch", "-",
            feed=f"link add {cable} type veth peer name {INTERFACE} netns {namespace}\n"
            f"link set {cable} master {self._names.bridge} addrgenmode none\n"
            f"link set {cable} up\n",
        )  # fmt: skip
        addresses = "".join(f"addr add {address}/32 dev {INTERFACE}\n" for address in self._plan.services)
        run(
            "ip", "-n", namespace, "-batch", "-",
            feed="link set lo up\n"
            f"link set {INTERFACE} address {MAC_ADDRESS} addrgenmode none\n"
            f"{addresses}"
            f"link set {INTERFACE} up\n"
            f"route add {self._plan.network} dev {INTERFACE} src {self._plan.api}\n",
        )  # fmt: skip

    def listen(self, address: str, port: int, kind: socket.SocketKind = socket.SOCK_STREAM) -> socket.socket:
        """Returns a socket on one of its addresses. Raises OSError."""
        return listen_in(self.path, address, port, kind)

    def owner_of(self, address: str) -> str | None:
        """Returns the machine that has an address now, and therefore sent a request from it."""
        return self._owners.get(address)

    def learn(self, instance_id: str, mac_address: str, addresses: MachineAddresses) -> None:
        """Answers a machine at those of its addresses that are in the local AWS's network, and at no other."""
        reached = [address for address in addresses.all if self._plan.holds(address)]
        self._forget(set(self._owned_by(instance_id)) - set(reached))
        lines = [f"neigh replace {address} lladdr {mac_address} nud permanent dev {INTERFACE}\n" for address in reached]
        run("ip", "-n", self._names.services_namespace, "-batch", "-", feed="".join(lines))
        self._owners.update(dict.fromkeys(reached, instance_id))

    def forget(self, instance_id: str) -> None:
        """Answers a machine no more."""
        self._forget(self._owned_by(instance_id))

    def _owned_by(self, instance_id: str) -> list[str]:
        return [address for address, owner in list(self._owners.items()) if owner == instance_id]

    def _forget(self, addresses: Iterable[str]) -> None:
        for address in addresses:
            self._owners.pop(address, None)
            succeeds("ip", "-n", self._names.services_namespace, "neigh", "del", address, "dev", INTERFACE)
