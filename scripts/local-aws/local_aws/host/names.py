"""The names of everything that one local AWS makes: its folders, and its objects in the kernel.

All of them derive from the home folder. Two local AWSs have no name in common, and a crash leaves nothing unknown.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network
from pathlib import Path

# The end of the name of a folder that is being removed. A removal goes on at the next start.
REMOVED = ".removed"


@dataclass(frozen=True)
class Names:
    """Names in the kernel. `tag` is six hexadecimal digits, since the name of an interface holds 15 characters."""

    tag: str

    @classmethod
    def of(cls, home: Path) -> "Names":
        """Returns the names of the local AWS in `home`."""
        return cls(hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:6])

    BRIDGE_PREFIX = "lwb"

    @property
    def bridge(self) -> str:
        """The bridge that every machine hangs on."""
        return f"{self.BRIDGE_PREFIX}{self.tag}"

    @property
    def namespace_prefix(self) -> str:
        """The start of the names of all network namespaces."""
        return f"lw{self.tag}-"

    def namespace(self, instance_id: str) -> str:
        """Returns the network namespace of a machine."""
        return self.namespace_prefix + instance_id

    @property
    def services_namespace(self) -> str:
        """The network namespace of the services that machines reach. No instance has such an id."""
        return f"{self.namespace_prefix}services"

    @property
    def cable_prefix(self) -> str:
        """The start of the names of all cables, at the bridge's end."""
        return f"lv{self.tag}"

    def cable(self, instance_id: str) -> str:
        """Returns the bridge's end of a machine's cable (a veth pair)."""
        return self.cable_prefix + instance_id.removeprefix("i-")[:7]

    @property
    def services_cable(self) -> str:
        """The bridge's end of the cable of the services."""
        return f"{self.cable_prefix}serve"

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
    """The folders of machines, disks and images below a home, and of the certificate authority."""

    home: Path

    @cached_property
    def instances(self) -> Path:
        """A folder for each machine: its layer, its console, its files for the boot."""
        return self.home / "instances"

    @cached_property
    def images(self) -> Path:
        """A folder for each image that was made here."""
        return self.home / "images"

    @cached_property
    def bases(self) -> Path:
        """Links to the base images of machines."""
        return self.home / "bases"

    @cached_property
    def authority(self) -> Path:
        """The certificate authority that machines trust."""
        return self.home / "authority"

    @cached_property
    def disks(self) -> Path:
        """A sparse file for each volume."""
        return self.home / "disks"

    @cached_property
    def snapshots(self) -> Path:
        """A sparse file for each snapshot."""
        return self.home / "snapshots"

    @cached_property
    def lost_and_found(self) -> Path:
        """What holds data and is unknown to AWS's eyes. It is not there without such a thing."""
        return self.home / "lost-and-found"

    def remembered_network(self) -> str | None:
        """Returns the network whose addresses were given out. None: no machine can have one yet."""
        return self._network_file.read_text().strip() if self._network_file.exists() else None

    def remember_network(self, network: IPv4Network) -> None:
        """Writes down the network."""
        self._network_file.write_text(f"{network}\n")

    @cached_property
    def _network_file(self) -> Path:
        return self.home / "network"

    def make(self) -> None:
        """Makes them all. Root alone can read them, since disks and layers contain keys."""
        folders = (self.instances, self.images, self.bases, self.authority, self.disks, self.snapshots)
        for folder in (self.home, *folders):
            folder.mkdir(parents=True, exist_ok=True)
            if folder != self.home:
                folder.chmod(0o700)
