"""Reads the mounts of this host."""

import re
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")


def mount_points_below(folder: Path) -> list[str]:
    """Returns the mount points of this host below a folder, the last one mounted first."""
    prefix = f"{folder.resolve()}/"
    points = [unescape(line.split(" ")[4]) for line in MOUNTS.read_text().splitlines()]
    return [point for point in reversed(points) if point.startswith(prefix)]


def unescape(field: str) -> str:
    """Returns a field of mountinfo as it is without the kernel's octal escapes."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), field)
