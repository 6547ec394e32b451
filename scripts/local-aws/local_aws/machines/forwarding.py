"""Turns IPv4 forwarding on for the machines' way out, and off again after the last local AWS when it was off before."""

import json
from pathlib import Path

from .commands import run
from .firewall import remove_rules
from .names import Names

SWITCH = Path("/proc/sys/net/ipv4/ip_forward")
# Of the whole host, not of one home: the last local AWS to leave turns forwarding off.
WAS_OFF = Path("/run/local-aws-turned-forwarding-on")
COMMENT = "local-aws-forwarding"
ANY_BRIDGE = f"{Names.BRIDGE_PREFIX}+"


def turn_on() -> None:
    """Lets this host forward. Where it did not before, everything but the machines' own traffic is dropped still."""
    if SWITCH.read_text().strip() == "1":
        return
    guard = ("!", "-i", ANY_BRIDGE, "!", "-o", ANY_BRIDGE, "-j", "DROP")
    run("iptables", "-w", "-A", "FORWARD", *guard, "-m", "comment", "--comment", COMMENT)
    WAS_OFF.touch()
    SWITCH.write_text("1\n")


def turn_off() -> None:
    """Ends what `turn_on` did, when no local AWS has a bridge any more."""
    if not WAS_OFF.exists() or _bridges():
        return
    SWITCH.write_text("0\n")
    remove_rules(COMMENT)
    WAS_OFF.unlink(missing_ok=True)


def _bridges() -> list[str]:
    links = json.loads(run("ip", "-json", "link", "show", "type", "bridge") or "[]")
    return [link["ifname"] for link in links if link.get("ifname", "").startswith(Names.BRIDGE_PREFIX)]
