"""What the fleet asks of a kind of machine. Containers are one kind. Only `drivers` knows which kinds there are."""

import socket
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Protocol

from .addresses import MachineAddresses
from .execution import Command, Execution
from .network import Network


@dataclass(frozen=True)
class MachineSpec:
    """How to boot a machine. `layers` are paths from the home folder. `volumes` are sizes in GiB by volume id."""

    id: str
    layers: Sequence[str]
    hostname: str
    mac_address: str
    addresses: MachineAddresses
    placement: Mapping[str, str]
    keys: Sequence[str] = ()
    user_data: bytes = b""
    volumes: Mapping[str, int] = field(default_factory=dict)


class Wish(Enum):
    """What a machine's operating system may be asked for."""

    POWER_OFF = "power off"
    REBOOT = "reboot"


class End(Enum):
    """How a boot ended."""

    OFF = "off"
    WANTS_TO_BOOT_AGAIN = "wants to boot again"


class Guest(Protocol):
    """One machine as its kind makes it, from before its first boot until it is off. Several threads may call it.

    Its folder is `instances/<id>` of the home. What it prints is appended to `console.log` there.
    """

    def prepare(self) -> None:
        """Makes what the machine needs before it gets its disks. Raises OSError."""

    def power_on(self) -> None:
        """Begins a boot with the disks that were plugged in, and returns meanwhile. Raises MachineError, OSError.

        The files that the machine gets are in its folder, and its network namespace exists.
        """

    def wait(self) -> End:
        """Waits for the end of the present boot: nothing of it runs any more. One thread at a time may call it."""

    def ask(self, wish: Wish) -> bool:
        """Passes a wish on to the operating system. Returns False while nothing there can hear it."""

    def cut_power(self) -> None:
        """Ends the present boot as a power cut would."""

    def release(self) -> list[str]:
        """Gives back what it holds of this computer. Call it when the machine is off. Returns what failed, in words."""

    def plug(self, volume_id: str, file: Path, slot: int) -> None:
        """Gives the machine the disk in a file as /dev/nvme<slot>n1. It may be off. Raises MachineError, OSError."""

    def unplug(self, volume_id: str) -> None:
        """Takes a disk from the machine. Raises MachineError when it is busy, and names what uses it."""

    def set_addresses(self, addresses: MachineAddresses) -> None:
        """Gives the running machine exactly these addresses."""

    def begin(self, command: Command) -> Execution:
        """Begins a command on the machine, as soon as the operating system takes commands. Raises MachineError."""

    def processes_of(self, service: str) -> Collection[int]:
        """Returns the processes of a service of the machine's systemd, by numbers that no two of them share."""

    def connect_to_socket(self, path: str) -> socket.socket:
        """Connects to a socket in the machine's file system, such as /run/docker.sock. Raises OSError."""


class DiskAccess(Protocol):
    """What a kind of machine does to the files of disks that a machine may have at the moment."""

    def standing_still(self, file: Path) -> AbstractContextManager[None]:
        """Flushes a disk to its file, and keeps the file from changing meanwhile, as far as the machine allows."""

    def grown(self, file: Path) -> None:
        """Tells the machine that has this disk of its new size."""


class Driver(Protocol):
    """A kind of machine. `tools` are the programs of this host that it needs, with their Debian packages."""

    tools: Mapping[str, str]
    disks: DiskAccess

    def guest(self, spec: MachineSpec, network: Network) -> Guest:
        """Prepares a machine, and makes nothing yet."""

    def clean_up(self) -> None:
        """Ends what a killed server left of such machines, in good order where that is possible. Files stay."""

    def leftovers(self) -> list[str]:
        """Returns what the kernel has of such machines, a line each."""

    def close(self) -> None:
        """Removes what all machines shared. They must be off."""
