"""The firewall rules of one local AWS: machines reach other networks, and no other host reaches machines."""

import shlex
from collections.abc import Iterator
from ipaddress import IPv4Network

from .addresses import LINK_LOCAL
from .commands import MachineError, run

TABLES = ("mangle", "filter", "nat")
Rule = tuple[str, ...]


def rules(bridge: str, network: IPv4Network) -> list[Rule]:
    """Returns every rule as table, position, chain and match.

    - Packets from elsewhere to machines are dropped, unless they answer a machine. The rule is in `mangle`, so that no
      ACCEPT of another tool comes before it.
    - Machines reach no link-local service of this host's own network. There a cloud has the metadata of this host.
    - Machines may send to each other and out, also where another tool (Docker) drops forwarded packets.
    - On the way out, their packets get this host's address.
    """
    inside, outside = ("-i", bridge), ("!", "-i", bridge, "-o", bridge)
    answers = ("-m", "conntrack", "--ctstate", "ESTABLISHED,RELATED")
    strangers = ("-m", "conntrack", "--ctstate", "NEW,INVALID")
    return [
        ("mangle", "-I", "FORWARD", *outside, *strangers, "-j", "DROP"),
        ("mangle", "-I", "FORWARD", *inside, "!", "-o", bridge, "-d", str(LINK_LOCAL), "-j", "DROP"),
        ("filter", "-I", "FORWARD", *inside, "-j", "ACCEPT"),
        ("filter", "-I", "FORWARD", *outside, *answers, "-j", "ACCEPT"),
        ("nat", "-I", "POSTROUTING", "-s", str(network), "!", "-o", bridge, "-j", "MASQUERADE"),
    ]


def add_rules(bridge: str, network: IPv4Network, comment: str) -> None:
    """Adds the rules, each with `comment`. Raises MachineError."""
    for table, position, chain, *match in rules(bridge, network):
        run("iptables", "-w", "-t", table, position, chain, *match, "-m", "comment", "--comment", comment)


def remove_rules(comment: str) -> None:
    """Removes every rule with `comment`, no matter which program added it."""
    for table, rule in list(_rules_with(comment)):
        run("iptables", "-w", "-t", table, "-D", *rule[1:])


def remaining_rules(comment: str) -> list[str]:
    """Returns the rules with `comment` that are still there."""
    return [f"{table}: {' '.join(rule)}" for table, rule in _rules_with(comment)]


def _rules_with(comment: str) -> Iterator[tuple[str, list[str]]]:
    for table in TABLES:
        try:
            lines = run("iptables", "-w", "-t", table, "-S").splitlines()
        except MachineError:  # without iptables, or without this table, there is no rule
            continue
        for line in lines:
            words = shlex.split(line)
            if words[:1] == ["-A"] and comment in words:
                yield table, words
