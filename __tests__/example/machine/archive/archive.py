"""The archive: as little as a service with data can be. It notes on each of its volumes when it starts and stops.

Usage: python3 archive.py CONFIGURATION
CONFIGURATION is a JSON file: `region`, `parts` (the mount points), and the parameters `title` and `shared` (or null).
At its start, it reads the parameters with the role of this EC2 instance, and keeps them in parameters.json of its first
part. Without the title, it does not start. It runs until SIGTERM.
Exit codes: 0 stopped; 1 not started, and one sentence on stderr says what, where and the fix.
"""

import json
import pathlib
import signal
import sys

from fetch_bundle import ProblemError, read, role_credentials, signed_headers, utc_now


def main(configuration):
    """Starts, waits and stops."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    settings = json.loads(pathlib.Path(configuration).read_text())
    parts = [pathlib.Path(part) for part in settings["parts"]]
    parameters = read_parameters(settings["region"], settings["title"], settings["shared"])
    (parts[0] / "parameters.json").write_text(json.dumps(parameters))
    note(parts, "started")
    signal.sigwait({signal.SIGTERM})
    note(parts, "stopped")


def read_parameters(region, title, shared):
    """Returns the title, and the shared parameter or why there is none."""
    try:
        found = {"title": parameter(region, title)}
    except ProblemError as problem:
        sys.exit(f"archive: {title}: expected the title of the archive, got {problem}; let the role read it")
    if shared:
        try:
            found["shared"] = parameter(region, shared)
        except ProblemError as problem:
            found["problem"] = str(problem)
    return found


def parameter(region, name):
    """Returns the value of a parameter, whose name or ARN is given."""
    url = f"https://ssm.{region}.amazonaws.com{'.cn' if region.startswith('cn-') else ''}/"
    body = json.dumps({"Name": name}).encode()
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "AmazonSSM.GetParameter"}
    signed = signed_headers("ssm", region, url, role_credentials(), utc_now(), "POST", headers, body)
    return json.loads(read(url, signed, "POST", body))["Parameter"]["Value"]


def note(parts, what):
    """Appends a line to the notes of each part."""
    for part in parts:
        with (part / "notes").open("a") as notes:
            notes.write(f"{what}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
