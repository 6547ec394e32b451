"""The network of one local AWS: a bridge, this host as its gateway, and a namespace with an interface a machine.

One more namespace on the bridge holds the services that machines reach.
"""

import json
import threading
from ipaddress import IPv4Network
from pathlib import Path

from local_aws.core.errors import LocalAwsError

from . import firewall, forwarding
from .addresses import LINK_LOCAL_SERVICES, AddressPlan, MachineAddresses
from .commands import run, succeeds
from .names import Names
from .services_namespace import ServicesNamespace

# The name that Debian gives the first interface of a Nitro instance.
INTERFACE = "ens5"


class Network:
    """Makes and removes the bridge, and connects machines to it. Several threads may call it, one for each machine."""

    def __init__(self, names: Names, plan: AddressPlan) -> None:
        self._names = names
        self.plan = plan
        self.services = ServicesNamespace(names, plan)
        self._mac_addresses: dict[str, str] = {}
        self._lock = threading.Lock()
        # The machine that had an address last. Others may remember its hardware address.
        self._last_owners: dict[str, str] = {}

    def up(self) -> None:
        """Makes the bridge and the services on it, turns forwarding on, adds the rules.

        Raises LocalAwsError when the network is routed.
        """
        self._require_unrouted()
        bridge, plan = self._names.bridge, self.plan
        run(
            "ip", "-batch", "-",
            feed=f"link add {bridge} type bridge\n"
            f"link set {bridge} addrgenmode none\n"
            f"addr add {plan.gateway}/{plan.network.prefixlen} dev {bridge}\n"
            f"link set {bridge} up\n",
        )  # fmt: skip
        self.services.up()
        forwarding.turn_on()
        firewall.add_rules(bridge, plan.network, self._names.rule_comment)

    def connect(self, instance_id: str, mac_address: str, addresses: MachineAddresses) -> None:
        """Makes a machine's namespace and interface, and sets its addresses."""
        namespace, cable = self._names.namespace(instance_id), self._names.cable(instance_id)
        self.disconnect(instance_id)
        run(
            "ip", "-batch", "-",
            feed=f"netns add {namespace}\n"
            f"link add {cable} type veth peer name {INTERFACE} netns {namespace}\n"
            f"link set {cable} master {self._names.bridge} addrgenmode none\n"
            # The bridge knows where a machine is. It would believe a frame that has another machine's address.
            f"link set {cable} type bridge_slave learning off\n"
            f"link set {cable} up\n",
        )  # fmt: skip
        run("bridge", "fdb", "replace", mac_address, "dev", cable, "master", "static")
        lines = [
            "link set lo up",
            f"link set {INTERFACE} address {mac_address} addrgenmode none",
            f"link set {INTERFACE} up",
            *(f"addr add {address}/32 dev {INTERFACE}" for address in addresses.all),
            *self._routes(addresses),
        ]
        run("ip", "-n", namespace, "-batch", "-", feed="\n".join(lines) + "\n")
        self._mac_addresses[instance_id] = mac_address
        self.services.learn(instance_id, mac_address, addresses)
        self._introduce(instance_id, addresses.all)

    def set_addresses(self, instance_id: str, addresses: MachineAddresses) -> None:
        """Gives a connected machine exactly these addresses. Does not touch those that stay."""
        namespace = self._names.namespace(instance_id)
        now = self.addresses_of(instance_id)
        lines = [f"addr del {address}/32 dev {INTERFACE}" for address in now if address not in addresses.all]
        lines += [f"addr add {address}/32 dev {INTERFACE}" for address in addresses.all if address not in now]
        lines += self._routes(addresses)
        run("ip", "-n", namespace, "-batch", "-", feed="\n".join(lines) + "\n")
        self.services.learn(instance_id, self._mac_addresses[instance_id], addresses)
        self._introduce(instance_id, addresses.all)

    def addresses_of(self, instance_id: str) -> list[str]:
        """Returns the addresses on a machine's interface now."""
        shown = run("ip", "-n", self._names.namespace(instance_id), "-json", "-4", "addr", "show", "dev", INTERFACE)
        return [info["local"] for link in json.loads(shown) for info in link.get("addr_info", [])]

    def disconnect(self, instance_id: str) -> None:
        """Removes a machine's namespace and cable, if there are any."""
        self.services.forget(instance_id)
        self._mac_addresses.pop(instance_id, None)
        if self.namespace_path(instance_id).exists():
            run("ip", "netns", "delete", self._names.namespace(instance_id))
        # The kernel removes the cable some time after its namespace. Its name may be needed at once.
        cable = self._names.cable(instance_id)
        if Path("/sys/class/net", cable).exists():
            succeeds("ip", "link", "delete", cable)

    def namespace_path(self, instance_id: str) -> Path:
        """Returns the mount point of a machine's network namespace."""
        return Path("/run/netns", self._names.namespace(instance_id))

    def _routes(self, addresses: MachineAddresses) -> list[str]:
        lines = [
            f"route replace {self.plan.network} dev {INTERFACE} src {addresses.link}",
            f"route replace default via {self.plan.gateway} dev {INTERFACE} src {addresses.link}",
        ]
        lines += [f"route replace {service} dev {INTERFACE} src {addresses.link}" for service in LINK_LOCAL_SERVICES]
        return lines + [f"route replace {vpc} dev {INTERFACE} src {address}" for address, vpc in addresses.private]

    def _introduce(self, instance_id: str, addresses: tuple[str, ...]) -> None:
        """Makes everybody forget who had these addresses, where somebody else had them."""
        with self._lock:
            moved = [address for address in addresses if self._last_owners.get(address, instance_id) != instance_id]
            self._last_owners.update(dict.fromkeys(addresses, instance_id))
        if not moved:
            return
        feed = "".join(f"neigh flush to {address}\n" for address in moved)
        run("ip", "-batch", "-", feed=feed)
        for namespace in Path("/run/netns").glob(f"{self._names.namespace_prefix}*"):
            succeeds("ip", "-n", namespace.name, "-batch", "-", feed=feed)

    def _require_unrouted(self) -> None:
        network = self.plan.network
        for route in json.loads(run("ip", "-json", "-4", "route", "show", "table", "all") or "[]"):
            if route.get("dev") == self._names.bridge or route["dst"] in ("default", "0.0.0.0/0"):
                continue
            if IPv4Network(route["dst"], strict=False).overlaps(network):
                raise LocalAwsError(
                    f"--network {network}: this machine already routes {route['dst']} to {route.get('dev')}, "
                    "perhaps for another local AWS or a VPN; give another network inside 198.18.0.0/15"
                )
