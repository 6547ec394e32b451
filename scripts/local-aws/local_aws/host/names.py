"""The names under which one local AWS keeps its files and what it makes in the kernel.

All of them derive from the folder, so that two local AWSs never meet, and what a crash left is found again.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network
from pathlib import Path


@dataclass(frozen=True)
class Names:
    """Kernel-side names; `tag` is six hexadecimal digits, since an interface name holds 15 characters."""

    tag: str

    @classmethod
    def of(cls, home: Path) -> "Names":
        """The names of the local AWS that lives in `home`."""
        return cls(hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:6])

    BRIDGE_PREFIX = "lwb"

    @property
    def bridge(self) -> str:
        """The bridge that every machine hangs on."""
        return f"{self.BRIDGE_PREFIX}{self.tag}"

    @property
    def namespace_prefix(self) -> str:
        """What the names of all network namespaces start with."""
        return f"lw{self.tag}-"

    def namespace(self, instance_id: str) -> str:
        """The network namespace of a machine."""
        return self.namespace_prefix + instance_id

    @property
    def cable_prefix(self) -> str:
        """What the names of the bridge's ends of all cables start with."""
        return f"lv{self.tag}"

    def cable(self, instance_id: str) -> str:
        """The bridge's end of a machine's cable (a veth pair)."""
        return self.cable_prefix + instance_id.removeprefix("i-")[:7]

    @property
    def rule_comment(self) -> str:
        """The comment on every firewall rule."""
        return f"local-aws-{self.tag}"

    @property
    def cgroup(self) -> str:
        """The control group above those of the machines."""
        return f"local-aws-{self.tag}"


@dataclass(frozen=True)
class Folders:
    """Where below its home a local AWS keeps machines, disks and images."""

    home: Path

    @cached_property
    def instances(self) -> Path:
        """A folder a machine: its layer, its console, what it is given at boot."""
        return self.home / "instances"

    @cached_property
    def images(self) -> Path:
        """A folder an image that was made here."""
        return self.home / "images"

    @cached_property
    def bases(self) -> Path:
        """Links to the base root file systems that machines were made from."""
        return self.home / "bases"

    @cached_property
    def disks(self) -> Path:
        """A sparse file a volume."""
        return self.home / "disks"

    @cached_property
    def snapshots(self) -> Path:
        """A sparse file a snapshot."""
        return self.home / "snapshots"

    def remembered_network(self) -> str | None:
        """The network whose addresses were given out; None while no machine could have one."""
        return self._network_file.read_text().strip() if self._network_file.exists() else None

    def remember_network(self, network: IPv4Network) -> None:
        """Keeps the network with the rest."""
        self._network_file.write_text(f"{network}\n")

    @cached_property
    def _network_file(self) -> Path:
        return self.home / "network"

    def make(self) -> None:
        """Makes them all, readable by root alone: disks and layers hold keys."""
        for folder in (self.home, self.instances, self.images, self.bases, self.disks, self.snapshots):
            folder.mkdir(parents=True, exist_ok=True)
            if folder != self.home:
                folder.chmod(0o700)
