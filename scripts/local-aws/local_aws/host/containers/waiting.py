"""Waits for what the kernel, or another program, does within moments."""

import time
from collections.abc import Callable

INTERVAL_SEC = 0.02


def wait_until(reached: Callable[[], bool], limit_sec: float) -> bool:
    """Asks again and again. Returns whether it was reached within the limit."""
    deadline = time.monotonic() + limit_sec
    while not reached():
        if time.monotonic() >= deadline:
            return False
        time.sleep(INTERVAL_SEC)
    return True
