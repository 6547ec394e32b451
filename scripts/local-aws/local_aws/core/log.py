"""The log of the server: one line on stderr for what happened."""

import sys
import time


def log(message: str) -> None:
    """Writes a line with the time. A request may contain control sequences of terminals: they are not written."""
    shown = "".join(each if each.isprintable() else "?" for each in message)
    # In one write: the lines of two threads must not mix.
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {shown}\n")
    sys.stderr.flush()
