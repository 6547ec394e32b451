"""What Systems Manager needs of machines. The host's fleet has it."""

import socket
from collections.abc import Sequence
from typing import Protocol

from local_aws.host.execution import Command, Execution, Finished


class Fleet(Protocol):
    """Machines by instance id. Every method raises LocalAwsError with one sentence."""

    def get(self, instance_id: str) -> object | None:
        """Returns the machine of an instance when it is on."""

    def run(self, instance_id: str, argv: Sequence[str]) -> Finished:
        """Runs a command on a machine, and returns when it has ended."""

    def begin(self, instance_id: str, command: Command) -> Execution:
        """Begins a command on a machine."""

    def connect(self, instance_id: str, host: str, port: int) -> socket.socket:
        """Connects to a port as a program on the machine does."""
