"""What services begin when the state is loaded: threads that look at it."""

from collections.abc import Callable

_acts: list[Callable[[], None]] = []


def when_loaded(act: Callable[[], None]) -> None:
    """Calls a function once, when the state is loaded and may be changed."""
    _acts.append(act)


def begin() -> None:
    """Calls all functions. Call it while you may change the loaded state."""
    for act in _acts:
        act()
