"""Looks at the state again and again, as AWS does without a call: an alarm is evaluated, a queue is measured."""

import threading
import traceback
from collections.abc import Callable

from .background import Ending, background

Look = Callable[[], None]
_watches: list[tuple[str, float, Look]] = []


def watch(name: str, interval_sec: float, look: Look) -> None:
    """Calls `look` at each interval while the local AWS runs. It reads and changes the state through `background`."""
    _watches.append((name, interval_sec, look))


def start_watches() -> None:
    """Begins to look. Call it when the state is loaded."""
    for name, interval_sec, look in _watches:
        threading.Thread(target=_run, args=(interval_sec, look), name=name, daemon=True).start()


def _run(interval_sec: float, look: Look) -> None:
    told: str | None = None
    try:
        while True:
            try:
                look()
            except Ending:
                raise
            except Exception as error:
                # The same error at each look would fill the log.
                if told != (told := f"{type(error).__name__}: {error}"):
                    traceback.print_exc()
            background.pause(interval_sec)
    except Ending:
        pass
