"""Stops this machine when nothing has kept it running for long enough.

Usage: python3 stop_when_idle.py check [CONFIGURATION]     (as root; a timer does that every minute)
       python3 stop_when_idle.py explain [CONFIGURATION]   prints what keeps the machine running
Exit codes: 0 looked, and stopped the machine if it was time; 1 not, and one sentence on stderr says what, where and the
fix; 2 wrong usage.
The state lies in /run, so that counting begins anew at each boot. Times are those of the monotonic clock, which nobody
sets.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple, Optional

import idle_configuration
import idle_signs
import idle_usage
from idle_signs import Sign
from idle_usage import Sample

STATE = Path("/run/workbench-stop-when-idle/state.json")
# Whoever stops the timer for a while does not find the machine stopped when it starts again: counting begins anew.
GAP_SEC = 300


class ProblemError(Exception):
    """One sentence that says what, where and the fix."""


class State(NamedTuple):
    """What the last check found."""

    time: float
    # Since when nothing keeps the machine running. None while something does.
    idle_since: Optional[float]
    samples: list
    signs: list

    @property
    def reasons(self):
        """Returns what keeps the machine running."""
        return [sign for sign in self.signs if sign.busy]


def main(verb, file=idle_configuration.FILE):
    """Checks or explains, or ends the program with a sentence."""
    try:
        configuration = idle_configuration.read(file)
        if verb == "check":
            check(configuration)
        else:
            print(explanation(configuration, look(configuration, load())))
    except (idle_configuration.ConfigurationError, ProblemError) as problem:
        sys.exit(f"stop-when-idle: {problem}")


def check(configuration):
    """Looks, notes what it found, and stops the machine if it is time."""
    before = load()
    state = look(configuration, before)
    save(state)
    if before is None or names(before) != names(state):
        say(told(configuration, state))
    if state.idle_since is not None and state.time - state.idle_since >= configuration.after_sec:
        stop(configuration, state)


def look(configuration, before):
    """Returns the present state. `before` is that of the last check, if there was one since the boot."""
    now = time.monotonic()
    if before is not None and not 0 <= now - before.time <= GAP_SEC:
        before = None
    try:
        newest = idle_usage.sample(now)
    except (OSError, ValueError, IndexError) as error:
        raise ProblemError(
            f"expected the counters of this machine in {idle_usage.PROCESSOR_TIME} and {idle_usage.INTERFACES}, got "
            f"{error}; boot with control groups of version 2. Until then, it does not stop itself"
        ) from error
    samples = idle_usage.kept([*(before.samples if before else []), newest], configuration.window_sec)
    found = [*idle_signs.signs(configuration), *idle_usage.signs(samples)]
    idle_since = before.idle_since if before else None
    if any(sign.busy for sign in found):
        idle_since = None
    elif idle_since is None:
        idle_since = now
    return State(now, idle_since, samples, found)


def load():
    """Returns the state of the last check, or None."""
    try:
        found = json.loads(STATE.read_text())
        return State(
            found["time"],
            found["idle_since"],
            [Sample(*each) for each in found["samples"]],
            [Sign(*each) for each in found["signs"]],
        )
    except (OSError, ValueError, LookupError, TypeError):
        # None yet, or a half of one.
        return None


def save(state):
    """Replaces the state of the last check."""
    STATE.parent.mkdir(exist_ok=True)
    temporary = STATE.with_suffix(".new")
    temporary.write_text(json.dumps(state._asdict()))
    os.replace(temporary, STATE)


def names(state):
    """Returns the names of what keeps the machine running."""
    return [sign.name for sign in state.reasons]


def told(configuration, state):
    """Returns the sentence about a change."""
    if state.reasons:
        return f"this machine goes on running: {listed(state.reasons)}"
    return f"nothing keeps this machine running: it stops itself after {duration(configuration.after_sec)} of that"


def stop(configuration, state):
    """Powers the machine off. Services stop in order, and data volumes are unmounted, as at every shutdown."""
    sentence = (
        f"nothing has kept this machine running for {duration(configuration.after_sec)}, so it stops itself now "
        f"({listed(state.signs)}); its volumes and its address stay"
    )
    say(sentence)
    command = ["systemctl", "--check-inhibitors=yes", f"--message=stop-when-idle: {sentence}", "poweroff"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    if ended.returncode != 0:
        raise ProblemError(
            f"expected systemctl to power this machine off, got {' '.join(ended.stderr.split()) or ended.returncode}; "
            "the next check tries again"
        )


def explanation(configuration, state):
    """Returns a table of what was looked at, and when the machine would stop."""
    rows = [("LOOKED AT", "KEEPS IT RUNNING", "FOUND")]
    rows += [(sign.name, "yes" if sign.busy else "no", sign.found) for sign in state.signs]
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    table = "\n".join(f"{row[0]:{widths[0]}}  {row[1]:{widths[1]}}  {row[2]}" for row in rows)
    limit = duration(configuration.after_sec)
    if state.idle_since is None:
        return f"{table}\nThis machine stops itself after {limit} without any of them."
    left = max(0, configuration.after_sec - (state.time - state.idle_since))
    return f"{table}\nThis machine stops itself in {duration(left)}, unless one of them changes until then."


def listed(found):
    """Returns signs in one line."""
    return "; ".join(f"{sign.name}: {sign.found}" for sign in found)


def duration(seconds):
    """Returns a time for people."""
    minutes = round(seconds / 60)
    if minutes == 0:
        return f"{seconds:.0f} seconds"
    return f"{minutes} minute{'s' * (minutes != 1)}"


def say(sentence):
    """Writes to the journal."""
    print(sentence, flush=True)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or sys.argv[1] not in ("check", "explain"):
        print("stop-when-idle: usage: stop_when_idle.py check|explain [CONFIGURATION]", file=sys.stderr)
        sys.exit(2)
    main(*sys.argv[1:])
