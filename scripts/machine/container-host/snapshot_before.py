"""Answers the request of a task that is about to open a service's files, after a snapshot of the volume if one is due.

Usage: python3 snapshot_before.py CONFIGURATION SERVICE
The container `prepare` writes the file `wanted` (its request and its image) into the gate of the service and waits for
`allowed` or `refused` with the same request. README.md describes when a snapshot is due.
Exit codes: 0 answered, or nothing was wanted; 1 refused or not answered: one sentence on stderr says why.
"""

import contextlib
import os
import re
import subprocess
import sys

import configuration
import safe_folder
from aws_calls import ProblemError, patiently, query_call

OWN_FOLDER = ".workbench"
GATES = "gate"
# What was allowed last: no container sees this folder.
MEMORY = "allowed"
# In the place of an image: some other one may have written the files.
UNKNOWN = "unknown"
# Less than the time that `prepare` waits. AWS takes one snapshot of a volume in 15 seconds.
LIMIT_SEC = 300

REQUEST = r"[A-Za-z0-9-]{8,64}"
HOST = r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::[0-9]{1,5})?"
PART = r"[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*"
VERSION = r"(?::[A-Za-z0-9_][A-Za-z0-9_.-]{0,127})?(?:@sha256:[0-9a-f]{64})?"
IMAGE = re.compile(rf"(?:{HOST}/)?{PART}(?:/{PART})*{VERSION}")
# The longest value of a tag in AWS.
IMAGE_LENGTH = 256


def main(file, service):
    """Answers, or ends the program with a sentence."""
    try:
        host = configuration.read(file)
        problem = answer(host, service)
    except (configuration.ConfigurationError, OSError, ValueError) as error:
        problem = f"no answer: {error}"
    if problem:
        sys.exit(f"snapshot-before: {service}: {problem}")


def answer(host, service):
    """Takes the request and answers it. Returns the problem, if there is one."""
    mount_point = host["volume"]["mountPoint"]
    with contextlib.ExitStack() as stack:
        gate = stack.enter_context(safe_folder.opened(mount_point, OWN_FOLDER, GATES, service))
        memory = stack.enter_context(safe_folder.opened(mount_point, OWN_FOLDER, MEMORY))
        text = safe_folder.take(gate, "wanted")
        request, image = parse_request(text)
        if request is None:
            return None if text is None else f'wanted: expected "REQUEST IMAGE" in one line, got {text[:200]!r}'
        if image is None:
            problem = f"expected an image with its digest or tag, got {text.partition(' ')[2][:200].strip()!r}"
            safe_folder.write_text(gate, "refused", f"{request} {problem}\n")
            return problem
        if (safe_folder.read_text(gate, "allowed") or "").split(" ")[0] == request:
            return None
        ran = parse_image((safe_folder.read_text(gate, "ran") or "").strip())
        allowed = remembered(memory, service)
        try:
            reason = f"no snapshot is due before {image} opens the files"
            if due(image, ran, allowed):
                snapshot = take_snapshot(host, service, image)
                reason = f"the snapshot {snapshot} was taken before {image} opens the files"
        except ProblemError as error:
            problem = (
                f"no snapshot of {host['volume']['id']} before {image} opens the files: {error}; let the role of the "
                "host call ec2:CreateSnapshot and ec2:CreateTags, then deploy again"
            )
            safe_folder.write_text(gate, "refused", f"{request} {problem}\n")
            return problem
        if allowed != image:
            safe_folder.write_text(memory, service, f"{image}\n")
        safe_folder.write_text(gate, "allowed", f"{request} {reason}\n")
    return None


def parse_request(text):
    """Returns request and image; None for what is missing or wrong."""
    found = re.fullmatch(rf"({REQUEST})(?: ([^\n]*))?\n?", text or "")
    return (found[1], parse_image(found[2] or "")) if found else (None, None)


def parse_image(text):
    """Returns the text if it names one image for ever, and not just the newest; otherwise None."""
    named = len(text) <= IMAGE_LENGTH and IMAGE.fullmatch(text)
    return text if named and ("@" in text or ":" in text.rpartition("/")[2]) else None


def remembered(memory, service):
    """Returns the image that was allowed last, or UNKNOWN; None if nothing ever opened the files."""
    text = safe_folder.read_text(memory, service)
    if text is None:
        return UNKNOWN if exists(memory, service) else None
    return parse_image(text.strip()) or UNKNOWN


def exists(folder, name):
    """Whether anything has the name."""
    with contextlib.suppress(FileNotFoundError):
        os.stat(name, dir_fd=folder, follow_symlinks=False)
        return True
    return False


def due(image, ran, allowed):
    """Whether another image may have written the files since the last snapshot before this one."""
    return image not in (ran, allowed) and (ran is not None or allowed is not None)


def take_snapshot(host, service, image):
    """Returns the id of a new snapshot. It holds what the volume holds now, however long AWS copies it."""
    try:
        subprocess.run(["sync", "--file-system", host["volume"]["mountPoint"]], check=True)
    except subprocess.CalledProcessError as error:
        raise ProblemError("a file system that could not be written to the disk") from error
    tags = {**host["tags"], "Service": service, "Before": image}
    parameters = {
        "VolumeId": host["volume"]["id"],
        "Description": f"before {image} opens the files of {service}"[:255],
        "TagSpecification.1.ResourceType": "snapshot",
    }
    for number, (key, value) in enumerate(tags.items(), 1):
        parameters[f"TagSpecification.1.Tag.{number}.Key"] = key
        parameters[f"TagSpecification.1.Tag.{number}.Value"] = value
    told = patiently(LIMIT_SEC, query_call, "ec2", host["region"], "2016-11-15", "CreateSnapshot", parameters)
    found = re.search(r"<snapshotId>(snap-[0-9a-f]+)<", told)
    if not found:
        raise ProblemError(f"an answer without the id of a snapshot: {told[:200]!r}")
    return found[1]


if __name__ == "__main__":
    main(*sys.argv[1:])
