"""The systemd-nspawn process of a machine: its start, signals to it, its end."""

import contextlib
import os
import signal
import subprocess
import uuid
from collections.abc import Sequence
from pathlib import Path

from ..driver import End, Wish
from .processes import leader_of

BOOT_MACHINE = Path(__file__).with_name("boot-machine")
# Process 1 of a machine obeys these signals: systemd(1), Signals.
SIGNALS = {Wish.POWER_OFF: signal.SIGRTMIN + 4, Wish.REBOOT: signal.SIGRTMIN + 5}
# systemd-nspawn ends with this code when the machine wants to boot again.
REBOOT_STATUS = 133
KILL_LIMIT_SEC = 2


class Nspawn:
    """One boot of a machine."""

    def __init__(
        self, home: Path, instance_id: str, *, layers: Sequence[str], namespace: Path, group: Path, console: Path
    ) -> None:
        """Starts it. Everything below the machine's folder must be in place. Raises OSError."""
        command = ["unshare", "--mount", "--propagation=slave", str(BOOT_MACHINE)]
        command += [str(home), instance_id, ":".join(layers), str(namespace), str(group)]
        command.append(str(uuid.uuid5(uuid.NAMESPACE_URL, instance_id)))
        with console.open("ab") as output:
            # It has a session of its own, so that Ctrl-C in the terminal of the server does not reach it.
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True
            )

    @property
    def has_ended(self) -> bool:
        """Says whether the machine is off, or about to boot again."""
        return self._process.poll() is not None

    @property
    def leader(self) -> int | None:
        """The machine's process 1, as this host numbers it. None: it is not there yet, or has ended."""
        return leader_of(self._process.pid)

    def wait(self, limit_sec: float | None = None) -> End | None:
        """Waits for the end. Returns None after the limit."""
        try:
            status = self._process.wait(limit_sec)
        except subprocess.TimeoutExpired:
            return None
        return End.WANTS_TO_BOOT_AGAIN if status == REBOOT_STATUS else End.OFF

    def ask(self, wish: Wish) -> bool:
        """Sends the machine's process 1 a wish. Returns False when there is none yet."""
        return self._send(SIGNALS[wish])

    def kill(self) -> None:
        """Ends the machine as a power cut would."""
        # The kernel ends the whole machine with its process 1. systemd-nspawn then tidies up after itself.
        if not self._send(signal.SIGKILL) or self.wait(KILL_LIMIT_SEC) is None:
            self._process.kill()

    def _send(self, number: int) -> bool:
        leader = self.leader
        if leader is None:
            return False
        with contextlib.suppress(ProcessLookupError):
            os.kill(leader, number)
        return True
