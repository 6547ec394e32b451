"""What this computer and a base image must have before machines can boot."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from local_aws.core.errors import LocalAwsError

# What the network needs: each tool, and the Debian package that has it.
TOOLS = {"ip": "iproute2", "iptables": "iptables"}


def require_tools(tools: Mapping[str, str]) -> None:
    """Raises LocalAwsError when a tool of the network or one of `tools` is missing. They map tools to packages."""
    missing = sorted({package for tool, package in {**TOOLS, **tools}.items() if not shutil.which(tool)})
    if missing:
        raise LocalAwsError(f"machines need tools that are not installed: apt-get install {' '.join(missing)}")


def require_base(base_image: Path) -> None:
    """Raises LocalAwsError when a folder is no root file system to boot."""
    if not (base_image / "usr/lib/systemd/systemd").exists():
        raise LocalAwsError(
            f"--base-image {base_image}: expected the root file system of a Debian 13; "
            "make it with base-image/build-base-image"
        )
