"""Runs the system's tools, and fails with one sentence when a tool fails."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from local_aws.core.errors import LocalAwsError

TIMEOUT_SEC = 60


class MachineError(LocalAwsError):
    """Something could not be done to a machine, a disk or the network: one sentence, also for an AWS client."""


def reason_of(error: Exception) -> str:
    """Says in one line why something failed. Of an error that nobody expected, it also says the kind."""
    return str(error) if isinstance(error, (LocalAwsError, OSError)) else f"{type(error).__name__}: {error}"


def run(*arguments: str | Path, feed: str | None = None, timeout_sec: float = TIMEOUT_SEC) -> str:
    """Runs a tool with `feed` on its standard input, and returns its output, which is in English.

    Raises MachineError, with what the tool printed, when it fails, is missing, or takes longer than `timeout_sec`.
    """
    command = [str(argument) for argument in arguments]
    try:
        done = subprocess.run(
            command, input=feed, stdin=subprocess.DEVNULL if feed is None else None, capture_output=True, text=True,
            timeout=timeout_sec, check=False, env={**os.environ, "LC_ALL": "C"},
        )  # fmt: skip
    except FileNotFoundError:
        raise MachineError(f"{command[0]} is not installed: machines need it") from None
    except subprocess.TimeoutExpired:
        raise MachineError(f"`{_shown(command)}` did not end within {timeout_sec:.0f} s") from None
    if done.returncode:
        said = " ".join((done.stderr or done.stdout).split())
        raise MachineError(f"`{_shown(command)}` failed with exit code {done.returncode}: {said}")
    return done.stdout


def succeeds(*arguments: str | Path, feed: str | None = None) -> bool:
    """Says whether a tool ends with exit code 0. Drops its output."""
    try:
        run(*arguments, feed=feed)
    except MachineError:
        return False
    return True


def _shown(command: Sequence[str]) -> str:
    return " ".join(command)
