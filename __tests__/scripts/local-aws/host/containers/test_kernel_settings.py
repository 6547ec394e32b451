"""A machine's root sets what belongs to the machine's own network, and no other setting of the kernel."""

from pathlib import Path

import pytest

SETTING = "net/ipv4/conf/default/forwarding"


def test_a_machine_changes_its_own_network_s_settings_and_not_this_computer_s(machines, machine):
    here = Path("/proc/sys", SETTING)
    before = here.read_text()
    other = "0" if before.strip() == "1" else "1"
    assert machines.say(machine, f"echo {other} >/proc/sys/{SETTING} && cat /proc/sys/{SETTING}") == other
    assert here.read_text() == before


@pytest.mark.parametrize("setting", ["vm/swappiness", "kernel/panic"])
def test_fails_to_change_the_kernel_s_other_settings(machines, machine, setting):
    done = machines.fleet.run(machine, ["bash", "-c", f"cat /proc/sys/{setting} >/proc/sys/{setting}"])
    assert done.exit_code != 0
    assert "Read-only file system" in done.stderr.text


def test_a_machine_applies_the_settings_of_its_packages_at_its_boot(machines, machine):
    # Debian's systemd has such a setting for the network.
    assert machines.say(machine, "systemctl show -p ActiveState --value systemd-sysctl") == "active"
    assert machines.say(machine, "systemctl is-system-running --wait") == "running"
