"""Makes the kernel's settings below /proc/sys/net writable in a machine. They are those of the machine's own network.

systemd-nspawn mounts /proc/sys read-only. Its own switch for the network's part would also mount /sys anew, over the
machine's view of block devices. So a unit of the machine does it, early at each boot.
"""

from pathlib import Path

UNIT = "local-aws-kernel-settings.service"
_CONTENT = """\
[Unit]
Description=Settings of the machine's network
DefaultDependencies=no
Before=systemd-sysctl.service sysinit.target
ConditionPathIsReadWrite=!/proc/sys/net

[Service]
Type=oneshot
ExecStart=mount --bind /proc/sys/net /proc/sys/net
ExecStart=mount -o remount,bind,rw,nosuid,nodev,noexec /proc/sys/net
"""


def write_unit(given: Path) -> None:
    """Writes the unit into the files that the machine gets at its boot."""
    units = given / "etc/systemd/system"
    wants = units / "sysinit.target.wants"
    wants.mkdir(parents=True, exist_ok=True)
    (units / UNIT).write_text(_CONTENT)
    (wants / UNIT).unlink(missing_ok=True)
    (wants / UNIT).symlink_to(f"../{UNIT}")
