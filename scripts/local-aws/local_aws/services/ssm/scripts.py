"""Runs the script of one step on a machine, as the agent does."""

import threading
from collections.abc import Callable
from pathlib import PurePosixPath
from typing import Any

from local_aws.core.background import background
from local_aws.core.errors import LocalAwsError
from local_aws.host.execution import Command, Ending, Execution, Finished

from .fleet import Fleet

# Source: amazon-ssm-agent, agent/framework/runpluginutil and pluginutil (read 2026-11).
OUTPUT_CHARACTERS, ERROR_CHARACTERS = 24000, 8000
CUT = "--output truncated--"
STOPPED_EXIT_CODE = 137
FOLDER = "/usr/bin"
# It writes the script, and has `sh -c` run the file. So a first line `#!/bin/bash` has its meaning.
_RUN = 'mkdir -p "${1%/*}" && cat > "$1" && chmod 0700 "$1" && exec sh -c "$1"'
_LOOK_SEC = 0.05

Outcome = dict[str, Any]


def run_script(fleet: Fleet, instance_id: str, region: str, job_id: str, step: Outcome,
               is_cancelled: Callable[[], bool]) -> Outcome:  # fmt: skip
    """Runs a step to its end, and returns `Status`, `StatusDetails`, `ResponseCode`, `Output` and `Error`.

    Raises Ending when the local AWS ends first.
    """
    folder = PurePosixPath("/var/lib/amazon/ssm", instance_id, "document/orchestration", job_id, folder_of(step))
    command = Command(
        ["/bin/sh", "-c", _RUN, "sh", str(folder / "_script.sh")],
        input=step["Script"].encode(),
        timeout_sec=step["TimeoutSec"],
        environment={"AWS_SSM_INSTANCE_ID": instance_id, "AWS_SSM_REGION_NAME": region},
        folder=step["Folder"] or FOLDER,
        keeps_children=True,
    )
    try:
        finished = _wait(fleet.begin(instance_id, command), is_cancelled)
    except LocalAwsError as error:
        return outcome("Failed", code=1, error=f"{error}\n")
    status, details, code = _status(finished)
    return outcome(status, details, code, finished.stdout.text, finished.stderr.text)


def outcome(status: str, details: str = "", code: int = -1, output: str = "", error: str = "") -> Outcome:
    """Returns how a step ended. The code -1 is AWS's for a step that has none."""
    return {
        "Status": status,
        "StatusDetails": details or status,
        "ResponseCode": code,
        "Output": cut(output, OUTPUT_CHARACTERS),
        "Error": cut(error, ERROR_CHARACTERS),
    }


def cut(text: str, limit: int) -> str:
    """Returns a text that is no longer than the limit."""
    return text if len(text) <= limit else text[: limit - len(CUT)] + CUT


def folder_of(step: Outcome) -> str:
    """Returns the folder of a step, on the machine and in a bucket."""
    name = step["Name"].replace(":", "")
    return f"{name}/0.{name}" if ":" in step["Name"] else f"awsrunShellScript/{name}"


def _wait(execution: Execution, is_cancelled: Callable[[], bool]) -> Finished:
    ended = threading.Event()
    results: list[Finished | LocalAwsError] = []

    def wait() -> None:
        try:
            results.append(execution.wait())
        except LocalAwsError as error:
            results.append(error)
        ended.set()

    # When the local AWS ends, the machine's shutdown ends the command.
    threading.Thread(target=wait, daemon=True).start()
    while not ended.is_set():
        if is_cancelled():
            execution.cancel()
            ended.wait()
        else:
            background.pause(_LOOK_SEC)
    if isinstance(results[0], LocalAwsError):
        raise results[0]
    return results[0]


def _status(finished: Finished) -> tuple[str, str, int]:
    if finished.ending is Ending.CANCELLED:
        return "Cancelled", "Cancelled", STOPPED_EXIT_CODE
    if finished.ending is Ending.TIMED_OUT:
        return "TimedOut", "ExecutionTimedOut", STOPPED_EXIT_CODE
    return ("Success" if finished.exit_code == 0 else "Failed"), "", finished.exit_code
