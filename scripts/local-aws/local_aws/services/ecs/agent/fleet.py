"""What the agent asks of the machines of this computer. The fleet of `host` implements it."""

import socket
from collections.abc import Collection, Sequence
from typing import Protocol

from local_aws.host.execution import Finished


class Fleet(Protocol):
    """Machines by instance id. Several threads may call it."""

    def get(self, instance_id: str) -> object | None:
        """Returns the machine of an instance when it is on."""

    def run(self, instance_id: str, argv: Sequence[str], *, input: bytes = b"", timeout_sec: float = 3600) -> Finished:
        """Runs a command on a machine, and returns when it has ended. Raises MachineError, also after the limit."""

    def processes_of(self, instance_id: str, service: str) -> Collection[int]:
        """Returns the processes of a service of a machine."""

    def connect_to_socket(self, instance_id: str, path: str) -> socket.socket:
        """Connects to a socket in a machine's file system. Raises OSError."""
