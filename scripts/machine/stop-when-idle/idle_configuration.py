"""The configuration of stop-when-idle on this machine: one "name=value" a line.

Lines that start with "#" are comments.
"""

import pwd
from typing import NamedTuple

FILE = "/etc/workbench/stop-when-idle.conf"
WHOLE_NUMBERS = ("after-sec", "window-sec", "ssh-port", "jupyter-port")
NAMES = (*WHOLE_NUMBERS, "user")


class ConfigurationError(Exception):
    """One sentence that says what, where and the fix."""


class Configuration(NamedTuple):
    """What is watched, and for how long."""

    # The machine stops after so many seconds without anything that keeps it running.
    after_sec: int
    # Use of the processors and of the network is measured over the last so many seconds.
    window_sec: int
    ssh_port: int
    jupyter_port: int
    # The login user, who owns the token of JupyterLab.
    user: str

    @property
    def token_file(self):
        """Returns the file with the token of JupyterLab."""
        return f"{pwd.getpwnam(self.user).pw_dir}/.jupyter/token"


def read(file=FILE):
    """Returns the configuration. Raises ConfigurationError for a file that is missing or wrong."""
    try:
        with open(file, encoding="utf-8") as stream:
            lines = [line.strip() for line in stream]
    except OSError as error:
        raise ConfigurationError(
            f"{file}: expected the configuration of this machine, got {error.strerror}; "
            "set ec2.stopWhenIdle.afterMinutes and deploy ec2"
        ) from error
    return checked(dict(line.partition("=")[::2] for line in lines if line and not line.startswith("#")), file)


def checked(values, where):
    """Returns the configuration of values by name, all of them text."""
    for name in sorted({*values, *NAMES}):
        if name not in values or name not in NAMES:
            raise ConfigurationError(
                f"{where}: expected the names {', '.join(NAMES)}, got {', '.join(sorted(values)) or 'none'}; "
                f"{'add' if name in NAMES else 'remove'} {name}"
            )
    for name in WHOLE_NUMBERS:
        if not (values[name].isascii() and values[name].isdigit() and 0 < int(values[name]) < 10**7):
            raise ConfigurationError(f'{where}: {name}: expected a whole number above 0, got "{values[name]}"')
    try:
        pwd.getpwnam(values["user"])
    except KeyError as error:
        raise ConfigurationError(
            f'{where}: user: expected a user of this machine, got "{values["user"]}"; name one that exists'
        ) from error
    numbers = {name.replace("-", "_"): int(values[name]) for name in WHOLE_NUMBERS}
    return Configuration(user=values["user"], **numbers)


def text_of(configuration):
    """Returns the lines of the file."""
    values = [f"{name}={getattr(configuration, name.replace('-', '_'))}" for name in NAMES]
    return "\n".join(["# Written by install_stop_when_idle.py; read by stop_when_idle.py.", *values, ""])
