"""The archive: as little as a service with data can be. It notes on each of its volumes when it starts and stops.

Usage: python3 archive.py CONFIGURATION
CONFIGURATION is a JSON file: `region`, `parts` (the mount points), the parameters `title` and `shared` (or null), and
the secret `key`.
At its start, it reads them with the role of this EC2 instance. It keeps the parameters in parameters.json of its first
part, with the SHA-256 of the key. The key itself is in its memory alone. Without title and key, it does not start. It
runs until SIGTERM.
Exit codes: 0 stopped; 1 not started, and one sentence on stderr says what, where and the fix.
"""

import hashlib
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
    found = read_parameters(settings["region"], settings["title"], settings["shared"])
    key = required("key", settings["region"], settings["key"], secret)
    found["keySha256"] = hashlib.sha256(key.encode()).hexdigest()
    (parts[0] / "parameters.json").write_text(json.dumps(found))
    note(parts, "started")
    signal.sigwait({signal.SIGTERM})
    note(parts, "stopped")


def read_parameters(region, title, shared):
    """Returns the title, and the shared parameter or why there is none."""
    found = {"title": required("title", region, title, parameter)}
    if shared:
        try:
            found["shared"] = parameter(region, shared)
        except ProblemError as problem:
            found["problem"] = str(problem)
    return found


def required(what, region, name, read_value):
    """Returns a value, or ends the program with a sentence."""
    try:
        return read_value(region, name)
    except ProblemError as problem:
        sys.exit(f"archive: {name}: expected the {what} of the archive, got {problem}; let the role read it")


def parameter(region, name):
    """Returns the value of a parameter, whose name or ARN is given."""
    return call("ssm", region, "AmazonSSM.GetParameter", {"Name": name})["Parameter"]["Value"]


def secret(region, arn):
    """Returns the value of a secret."""
    return call("secretsmanager", region, "secretsmanager.GetSecretValue", {"SecretId": arn})["SecretString"]


def call(service, region, target, arguments):
    """Returns the answer of a service of AWS, parsed."""
    url = f"https://{service}.{region}.amazonaws.com{'.cn' if region.startswith('cn-') else ''}/"
    body = json.dumps(arguments).encode()
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": target}
    signed = signed_headers(service, region, url, role_credentials(), utc_now(), "POST", headers, body)
    return json.loads(read(url, signed, "POST", body))


def note(parts, what):
    """Appends a line to the notes of each part."""
    for part in parts:
        with (part / "notes").open("a") as notes:
            notes.write(f"{what}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
