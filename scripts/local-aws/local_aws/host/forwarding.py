"""IPv4 forwarding, for the machines' way out. Where it was off before, the last local AWS turns it off again."""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path

from .commands import run
from .firewall import remove_rules
from .names import Names

SWITCH = Path("/proc/sys/net/ipv4/ip_forward")
# It belongs to the whole host, and not to one home.
WAS_OFF = Path("/run/local-aws-turned-forwarding-on")
COMMENT = "local-aws-forwarding"
LOCK = Path("/run/local-aws-forwarding.lock")
ANY_BRIDGE = f"{Names.BRIDGE_PREFIX}+"


def turn_on() -> None:
    """Turns forwarding on. If it was off, this host forwards only the packets of machines.

    Call it when the bridge exists: no other local AWS turns forwarding off then.
    """
    with _one_at_a_time():
        _turn_on()


def _turn_on() -> None:
    if SWITCH.read_text().strip() == "1":
        return
    guard = ("!", "-i", ANY_BRIDGE, "!", "-o", ANY_BRIDGE, "-j", "DROP")
    run("iptables", "-w", "-A", "FORWARD", *guard, "-m", "comment", "--comment", COMMENT)
    WAS_OFF.touch()
    SWITCH.write_text("1\n")


def turn_off() -> None:
    """Undoes what `turn_on` did, when no local AWS has a bridge any more."""
    if not WAS_OFF.exists():
        return
    with _one_at_a_time():
        if not WAS_OFF.exists() or _bridges():
            return
        SWITCH.write_text("0\n")
        remove_rules(COMMENT)
        WAS_OFF.unlink(missing_ok=True)


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    # One local AWS may look for bridges while another one starts.
    descriptor = os.open(LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _bridges() -> list[str]:
    links = json.loads(run("ip", "-json", "link", "show", "type", "bridge") or "[]")
    return [link["ifname"] for link in links if link.get("ifname", "").startswith(Names.BRIDGE_PREFIX)]
