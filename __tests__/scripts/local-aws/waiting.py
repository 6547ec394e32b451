"""Waits for what a local AWS does in real time. A busy computer may miss a state that lasts a second."""

import time
from collections.abc import Callable
from typing import Any

# Only for what hangs: many times what a busy computer takes.
LIMIT_SEC = 120


def until(read: Callable[[], Any], wanted: Any) -> None:
    """Returns when `read` returns what is wanted."""
    states_until(read, wanted)


def states_until(read: Callable[[], Any], wanted: Any) -> list[Any]:
    """Returns what `read` returned, each state once, when it returns what is wanted."""
    seen = []
    deadline = time.monotonic() + LIMIT_SEC
    while True:
        last = read()
        if last not in seen:
            seen.append(last)
        if last == wanted:
            return seen
        assert time.monotonic() < deadline, f"expected {wanted!r} within {LIMIT_SEC} s, got {seen!r}"
        time.sleep(0.1)


def in_order(seen: list[Any], *states: Any) -> bool:
    """Says whether the states that were seen are some of these, in this order."""
    return seen == [state for state in states if state in seen]
