"""What keeps this machine running at this moment: people, a busy kernel or REPL, work that must not be cut off.

What cannot be told counts as busy, and says why.
"""

import http.client
import json
import os
import subprocess
from pathlib import Path
from typing import NamedTuple

PROC = Path("/proc")
# The nREPL service of our image makes it while it evaluates something.
BUSY_REPL = Path("/run/workbench-nrepl/busy")
LIMIT_SEC = 10
ESTABLISHED = "01"
LOGIN_MANAGER = ("org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager")


class Sign(NamedTuple):
    """One thing that was looked at."""

    name: str
    # In a few words.
    found: str
    # Whether it keeps the machine running.
    busy: bool


class UnknownError(Exception):
    """Why something cannot be told, in a few words."""


def signs(configuration):
    """Returns everything that can be seen at one moment."""
    return [
        sign("ssh connections", ssh_connections, configuration),
        sign("sessions", sessions),
        sign("Systems Manager sessions", manager_sessions),
        sign("JupyterLab", busy_kernels, configuration),
        sign("REPL", busy_repl),
        sign("inhibitors", inhibitors),
    ]


def sign(name, look, *arguments):
    """Returns what `look` found: words and whether they mean busy."""
    try:
        return Sign(name, *look(*arguments))
    except UnknownError as why:
        return Sign(name, f"cannot tell: {why}", True)


def ssh_connections(configuration):
    """Counts the connections to sshd. A tunnel is one, too: somebody works through it."""
    port = configuration.ssh_port
    count = 0
    for table in ("tcp", "tcp6"):
        try:
            rows = (PROC / "net" / table).read_text().splitlines()[1:]
        except FileNotFoundError:
            # A kernel without IPv6.
            continue
        for row in rows:
            _, local, _, state, *_ = row.split()
            count += state == ESTABLISHED and int(local.rpartition(":")[2], 16) == port
    return counted(count, f"to port {port}"), count > 0


def sessions():
    """Lists who is logged in by other ways than ssh, such as a console. A session that closes has nobody any more."""
    ids = [line.split()[0] for line in output("loginctl", "list-sessions", "--no-legend").splitlines() if line.strip()]
    found = [session for session in map(described, ids) if session]
    people = [
        session.get("Name", "somebody")
        for session in found
        if session.get("Class", "").startswith("user") and session.get("State") != "closing"
    ]
    return ", ".join(people) or "none", bool(people)


def described(session):
    """Returns what logind knows of a session: nothing if it has ended meanwhile."""
    properties = ["--property=Name", "--property=Class", "--property=State"]
    try:
        said = output("loginctl", "show-session", session, *properties)
    except UnknownError as error:
        if "No session" in str(error):
            return {}
        raise
    return dict(line.partition("=")[::2] for line in said.splitlines())


def manager_sessions():
    """Counts the sessions of AWS Systems Manager: its agent starts a process for each."""
    count = 0
    for folder in PROC.iterdir():
        if folder.name.isdigit():
            try:
                command = (folder / "cmdline").read_bytes().split(b"\0")[0]
            except OSError:
                # It has ended.
                continue
            count += os.path.basename(command) == b"ssm-session-worker"
    return counted(count), count > 0


def busy_kernels(configuration):
    """Asks JupyterLab for its kernels."""
    port = configuration.jupyter_port
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT_SEC)
    try:
        try:
            connection.connect()
        except ConnectionRefusedError:
            return f"nothing listens on port {port}", False
        connection.request("GET", "/api/kernels", headers={"Authorization": f"token {token(configuration)}"})
        answer = connection.getresponse()
        if answer.status != http.client.OK:
            raise UnknownError(f"port {port} answers {answer.status} to the question for its kernels")
        states = [kernel["execution_state"] for kernel in json.load(answer)]
    except (OSError, http.client.HTTPException, ValueError, LookupError, TypeError) as error:
        raise UnknownError(f"port {port} does not answer as JupyterLab does ({error!r})") from error
    finally:
        connection.close()
    busy = states.count("busy")
    return f"{busy} of {counted(len(states), of='kernel')} busy" if states else "no kernels", busy > 0


def token(configuration):
    """Returns JupyterLab's token."""
    try:
        with open(configuration.token_file, encoding="ascii") as stream:
            return stream.read(1000).strip()
    except (OSError, ValueError) as error:
        raise UnknownError(f"no token of JupyterLab in {configuration.token_file}") from error


def busy_repl():
    """Looks whether the REPL evaluates something."""
    return ("busy", True) if BUSY_REPL.exists() else ("not busy", False)


def inhibitors():
    """Lists what asked systemd not to shut down, such as apt while it installs packages."""
    answer = output("busctl", "--json=short", "call", *LOGIN_MANAGER, "ListInhibitors")
    try:
        found = [f"{who}: {why}" for what, who, why, mode, *_ in json.loads(answer)["data"][0] if blocks(what, mode)]
    except (ValueError, LookupError, TypeError) as error:
        raise UnknownError(f"busctl does not list inhibitors as expected ({error!r})") from error
    return ", ".join(found) or "none", bool(found)


def blocks(what, mode):
    """Tells whether such an inhibitor blocks a shutdown."""
    return mode == "block" and "shutdown" in what.split(":")


def counted(count, to="", of="connection"):
    """Returns "none", or the number with its unit."""
    return " ".join(filter(None, [f"{count} {of}{'s' * (count != 1)}", to])) if count else "none"


def output(*command):
    """Returns what a command prints."""
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True, timeout=LIMIT_SEC).stdout
    except subprocess.CalledProcessError as error:
        raise UnknownError(f"{command[0]} says {' '.join(error.stderr.split()) or error.returncode}") from error
    except (OSError, subprocess.SubprocessError) as error:
        raise UnknownError(f"{command[0]}: {error}") from error
