"""Runs a command on a container, as a service of the machine's own systemd.

So the command has a control group there: its time limit ends all that it started, and so does a shutdown.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import IO

from ..commands import MachineError, succeeds
from ..execution import Command, Ending, Finished, Output
from .nspawn import Nspawn

# A busy computer boots within a fraction of it. User data that runs before the machine's services may take longer.
READY_LIMIT_SEC = 600
# After SIGTERM and this time, the machine's systemd sends SIGKILL.
STOP_SEC = 5
# Beyond the command's own limit, for a machine that hangs and does not enforce it.
GRACE_SEC = 60
CANCEL_INTERVAL_SEC = 1
# The output ends with the last process that may write to it. A child that goes on may keep it open for ever.
DRAIN_SEC, DRAIN_WITH_CHILDREN_SEC = 60, 1
SYSTEM_BUS = "run/dbus/system_bus_socket"
NAMESPACES = ("--mount", "--uts", "--ipc", "--net", "--pid", "--cgroup")
# systemd.exec(5), Process Exit Codes.
NO_FOLDER, NO_USER = 200, 217
CHUNK_BYTES = 64 * 1024


class ContainerExecution:
    """One command on one boot of a machine. Implements `Execution`.

    `members` returns the processes of a service of the machine, as this host numbers them.
    """

    def __init__(
        self, instance_id: str, nspawn: Nspawn, command: Command, members: Callable[[str], Iterable[int]]
    ) -> None:
        """Begins it in a thread, as soon as the machine takes commands."""
        self._instance_id = instance_id
        self._nspawn = nspawn
        self._command = command
        self._members = members
        self._name = f"local-aws-{uuid.uuid4().hex[:12]}"
        if command.output:
            command.output.mkdir(parents=True, exist_ok=True)
        self.stdout = Output(command.output / "stdout" if command.output else None)
        self.stderr = Output(command.output / "stderr" if command.output else None)
        self._cancelled = threading.Event()
        self._done = threading.Event()
        self._finished: Finished | None = None
        self._problem = ""
        threading.Thread(target=self._run, name=f"run {self._name}", daemon=True).start()

    def wait(self) -> Finished:
        """Returns its result when it has ended."""
        self._done.wait()
        if self._finished is None:
            raise MachineError(f"instance {self._instance_id} {self._problem}")
        return self._finished

    def cancel(self) -> None:
        """Stops the service, until the command has ended. A service that is not there yet cannot be stopped."""
        self._cancelled.set()
        while not self._done.wait(CANCEL_INTERVAL_SEC if self._stop() else 0.05):
            pass

    def _run(self) -> None:
        try:
            self._finished = self._execute()
        except MachineError as error:
            self._problem = str(error)
        except OSError as error:
            self._problem = f"could not run {self._command.argv[0]}: {error}"
        finally:
            self.stdout.close()
            self.stderr.close()
            self._done.set()

    def _execute(self) -> Finished:
        leader = self._wait_until_ready()
        if leader is None:
            return Finished(Ending.CANCELLED, 128 + signal.SIGTERM, self.stdout, self.stderr)
        with tempfile.TemporaryFile() as feed:
            feed.write(self._command.input)
            feed.seek(0)
            process = subprocess.Popen(
                self._words(leader), stdin=feed, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                env={"PATH": os.environ.get("PATH", os.defpath), **self._command.environment}, start_new_session=True,
            )  # fmt: skip
        pumps = [_pump(process.stdout, self.stdout), _pump(process.stderr, self.stderr)]
        try:
            status = process.wait(self._command.timeout_sec + STOP_SEC + GRACE_SEC)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise MachineError(f"did not end {self._command.argv[0]} within its time limit: it hangs") from None
        for pump in pumps:
            pump.join(DRAIN_WITH_CHILDREN_SEC if self._command.keeps_children else DRAIN_SEC)
        return self._result(status, self._take_verdict(leader))

    def _wait_until_ready(self) -> int | None:
        deadline = time.monotonic() + READY_LIMIT_SEC
        while not self._cancelled.wait(0.02):
            if self._nspawn.has_ended:
                raise MachineError("went off before it took the command")
            leader = self._nspawn.leader
            if leader and os.path.exists(f"/proc/{leader}/root/{SYSTEM_BUS}"):
                return leader
            if time.monotonic() > deadline:
                raise MachineError(f"took no command within {READY_LIMIT_SEC} s of its boot: see its console output")
        return None

    def _words(self, leader: int) -> list[str]:
        command = self._command
        # The words of this service's end go into a file, since systemd-run tells a failure of its own as exit code 1.
        # The plus sign: as root, whatever the user of the command.
        verdict = f"+/bin/sh -c 'echo $SERVICE_RESULT $EXIT_CODE $EXIT_STATUS >/{self._verdict_file}'"
        properties = {
            "RuntimeMaxSec": f"{command.timeout_sec:.3f}",
            "TimeoutStopSec": f"{STOP_SEC}",
            "KillMode": "process" if command.keeps_children else "control-group",
            "ExecStopPost": verdict,
        }
        return [
            *_within(leader), "/usr/bin/systemd-run", "--quiet", "--wait", "--pipe", "--collect",
            "--expand-environment=no", f"--unit={self._name}", f"--uid={command.user}",
            f"--working-directory={command.folder}",
            *(f"--property={name}={value}" for name, value in properties.items()),
            # Only the names: this computer's other users can read a command line.
            *(f"--setenv={name}" for name in command.environment),
            "--", *command.argv,
        ]  # fmt: skip

    @property
    def _verdict_file(self) -> str:
        return f"run/{self._name}.end"

    def _take_verdict(self, leader: int) -> list[str]:
        file = Path(f"/proc/{leader}/root/{self._verdict_file}")
        try:
            words = file.read_text().split()
            file.unlink()
        except OSError:
            return []
        return words

    def _result(self, status: int, verdict: list[str]) -> Finished:
        if len(verdict) != 3:
            raise MachineError(self._why_not(status))
        result, code, value = verdict
        exit_code = int(value) if code == "exited" else 128 + signal.Signals[f"SIG{value}"]
        if self._cancelled.is_set():
            ending = Ending.CANCELLED
        elif result == "timeout":
            ending = Ending.TIMED_OUT
        else:
            ending = Ending.EXITED if code == "exited" else Ending.KILLED
        if ending in (Ending.CANCELLED, Ending.TIMED_OUT):
            self._kill_children()
        return Finished(ending, exit_code, self.stdout, self.stderr)

    def _why_not(self, status: int) -> str:
        command = self._command
        if self._nspawn.has_ended or status < 0:
            return f"went off while it ran {command.argv[0]}"
        if status == NO_FOLDER:
            return f"could not run {command.argv[0]}: it has no folder {command.folder}"
        if status == NO_USER:
            return f"could not run {command.argv[0]}: it has no user {command.user}"
        said = " ".join(self.stderr.text.split()) or f"systemd-run ended with exit code {status}"
        return f"could not run {command.argv[0]}: {said}"

    def _stop(self) -> bool:
        leader = self._nspawn.leader
        return leader is not None and succeeds(
            *_within(leader), "/usr/bin/systemctl", "stop", "--no-block", f"{self._name}.service"
        )

    def _kill_children(self) -> None:
        # Its service is over, and may have left processes running.
        for pid in self._members(f"{self._name}.service") if self._command.keeps_children else ():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def _within(leader: int) -> list[str]:
    return [shutil.which("nsenter") or "nsenter", f"--target={leader}", *NAMESPACES, "--"]


def _pump(source: IO[bytes] | None, output: Output) -> threading.Thread:
    assert source is not None

    def copy() -> None:
        with source:
            while data := source.read1(CHUNK_BYTES):  # type: ignore[attr-defined]
                output.add(data)

    thread = threading.Thread(target=copy, daemon=True)
    thread.start()
    return thread
