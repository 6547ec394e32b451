"""Makes this machine stop itself when nothing keeps it running, or never again.

Usage: python3 install_stop_when_idle.py AFTER-MINUTES SSH-PORT JUPYTER-PORT USER     (as root)
       python3 install_stop_when_idle.py never
Exit codes: 0 done; 1 not, and one sentence on stderr says what, where and the fix.
Another run installs what changed. Counting begins anew.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import idle_configuration

HERE = Path(__file__).resolve().parent
ROOT = Path("/")
PROGRAMS = "usr/local/lib/workbench/stop-when-idle"
COMMAND = "usr/local/bin/workbench-idle"
UNITS = "etc/systemd/system"
STATE = "run/workbench-stop-when-idle"
NAME = "workbench-stop-when-idle"
# Use of the processors and of the network counts as the mean of so many seconds.
WINDOW_SEC = 300


class ProblemError(Exception):
    """One sentence that says what, where and the fix."""


def main(*arguments):
    """Installs or removes, or ends the program with a sentence."""
    try:
        if os.geteuid() != 0:
            raise ProblemError(f"expected to run as root, got the user id {os.geteuid()}; run it with sudo")
        if arguments == ("never",):
            remove()
        else:
            install(configuration_of(arguments))
    except (ProblemError, idle_configuration.ConfigurationError) as problem:
        sys.exit(f"install-stop-when-idle: {problem}")


def configuration_of(arguments):
    """Returns the configuration that the arguments ask for."""
    if len(arguments) != 4:
        raise ProblemError(
            f"expected the minutes, the ports of sshd and JupyterLab and the user, or never, got {len(arguments)} "
            "arguments; see the head of this script"
        )
    minutes, ssh_port, jupyter_port, user = arguments
    values = {"ssh-port": ssh_port, "jupyter-port": jupyter_port, "user": user, "window-sec": str(WINDOW_SEC)}
    after_sec = str(int(minutes) * 60) if minutes.isascii() and minutes.isdigit() else minutes
    return idle_configuration.checked({**values, "after-sec": after_sec}, "arguments")


def install(configuration):
    """Installs everything, and starts the timer."""
    write(idle_configuration.FILE.lstrip("/"), idle_configuration.text_of(configuration))
    for file in [*HERE.glob("*.py"), HERE / "README.md"]:
        write(f"{PROGRAMS}/{file.name}", file.read_text())
    for file in HERE.glob("units/*"):
        write(f"{UNITS}/{file.name}", file.read_text())
    write(COMMAND, (HERE / "workbench-idle").read_text(), 0o755)
    # A power cut must not leave a half of them.
    os.sync()
    forget()
    systemctl("daemon-reload")
    # The first check shows whether this machine can tell at all.
    systemctl("start", f"{NAME}.service", hint=f"journalctl --unit {NAME} says why")
    systemctl("enable", "--quiet", f"{NAME}.timer")
    systemctl("restart", f"{NAME}.timer")


def remove():
    """Removes everything. On a machine without it, does nothing."""
    timer = ROOT / UNITS / f"{NAME}.timer"
    if timer.exists():
        systemctl("disable", "--quiet", "--now", timer.name)
        systemctl("stop", f"{NAME}.service")
    for path in [COMMAND, f"{UNITS}/{NAME}.timer", f"{UNITS}/{NAME}.service", idle_configuration.FILE.lstrip("/")]:
        (ROOT / path).unlink(missing_ok=True)
    forget()
    systemctl("daemon-reload")
    # The last ones: as long as this program is there, the next deploy runs it again.
    shutil.rmtree(ROOT / PROGRAMS, ignore_errors=True)


def forget():
    """Forgets what was counted so far."""
    shutil.rmtree(ROOT / STATE, ignore_errors=True)


def write(path, text, mode=0o644):
    """Replaces a file in one step: a running program goes on with the file that it began with."""
    file = ROOT / path
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary = file.with_name(f"{file.name}.new")
    temporary.write_text(text)
    temporary.chmod(mode)
    temporary.replace(file)


def systemctl(*arguments, hint="mend that, then run again"):
    """Runs systemctl."""
    ended = subprocess.run(["systemctl", *arguments], capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise ProblemError(
            f"systemctl {' '.join(arguments)}: expected it to work, got {' '.join(ended.stderr.split())}; {hint}"
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
