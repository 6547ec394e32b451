"""Writes the files of other programs that a container host configures: the ECS agent's, and Docker's.

Usage: python3 host_files.py JSON
It checks JSON, the configuration of the host, and writes it, too. Lines and keys of somebody else stay as they are.
Exit codes: 0 written; 1 nothing is written, and one sentence on stderr says what, where and the fix.
"""

import json
import os
import pathlib
import sys
import tempfile

import configuration

AGENT = "/etc/ecs/ecs.config"
DOCKER = "/etc/docker/daemon.json"


def main(text):
    """Writes the files, or ends the program with a sentence."""
    try:
        host = configuration.parse(text, "container-host")
        # Everything is read and checked before anything is written.
        files = [
            (configuration.FILE, json.dumps(host, indent=2) + "\n"),
            (AGENT, agent_file(text_of(AGENT), agent_settings(host))),
            (DOCKER, docker_file(text_of(DOCKER), host["stopTimeoutSec"])),
        ]
    except configuration.ConfigurationError as error:
        sys.exit(f"install-container-host: {error}")
    for file, contents in files:
        write(pathlib.Path(file), contents)


def agent_settings(host):
    """Returns what the agent is told, by the name of its variable.

    Source: "Amazon ECS container agent configuration", ECS Developer Guide (read 2026-11).
    """
    return {
        "ECS_CLUSTER": host["cluster"],
        # Digests name images: one that is here needs no registry. The agent then removes none: docker-prune.timer does.
        "ECS_IMAGE_PULL_BEHAVIOR": "prefer-cached",
        "ECS_ENABLE_TASK_IAM_ROLE": "true",
        "ECS_AWSVPC_BLOCK_IMDS": "true",
        "ECS_AVAILABLE_LOGGING_DRIVERS": json.dumps(["json-file", "awslogs"]),
        **({"ECS_INSTANCE_ATTRIBUTES": json.dumps(host["attributes"])} if host["attributes"] else {}),
    }


def agent_file(before, settings):
    """Returns the agent's file: the lines that it has, and each setting once."""
    kept = [line for line in before.splitlines() if line.partition("=")[0].strip() not in settings]
    return "".join(f"{line}\n" for line in [*kept, *(f"{name}={value}" for name, value in settings.items())])


def docker_file(before, stop_timeout_sec):
    """Returns Docker's file: what it has, and at least so much time for containers to stop."""
    try:
        settings = json.loads(before) if before.strip() else {}
    except ValueError as error:
        raise configuration.ConfigurationError(f"{DOCKER}: expected JSON, got {error}; correct it") from error
    if not isinstance(settings, dict):
        raise configuration.ConfigurationError(f"{DOCKER}: expected a JSON object, got {before.strip()}; correct it")
    own = settings.get("shutdown-timeout")
    enough = configuration.is_whole(own) and own >= stop_timeout_sec
    return json.dumps({**settings, "shutdown-timeout": own if enough else stop_timeout_sec}, indent=2) + "\n"


def text_of(file):
    """Returns the text of a file; none if it is not there."""
    try:
        return pathlib.Path(file).read_text()
    except FileNotFoundError:
        return ""


def write(file, contents):
    """Replaces a file in one step. It is on the disk when this returns."""
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    with open(descriptor, "w") as opened:
        opened.write(contents)
        opened.flush()
        os.fchmod(descriptor, 0o644)
        os.fsync(descriptor)
    os.replace(temporary, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
