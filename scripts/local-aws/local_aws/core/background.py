"""Work that goes on after a call was answered, as on AWS: a machine boots, a disk is copied."""

import contextlib
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from typing import Protocol

from .errors import LocalAwsError

Then = Callable[[LocalAwsError | None], None]


class State(Protocol):
    """The saved state, as the background needs it."""

    def changed(self) -> None:
        """Notes a change. Saves what is saved at once."""

    def wait_until_saved(self) -> None:
        """Returns when everything that is there now is on the disk. Raises Ending when that never happens."""


class Ending(Exception):
    """The local AWS ends. Work that is under way stops here, and begins again at the next start."""


class Background:
    """The threads of one local AWS. Whoever changes the state holds `changing`: a call, or work that has ended."""

    def __init__(self) -> None:
        self.changing = threading.Lock()
        self._state: State | None = None
        self._running: set[threading.Thread] = set()
        self._ending = threading.Event()
        self._closed = False

    def open(self, state: State) -> None:
        """Saves what changes from now on."""
        self._state = state

    @property
    def under_way(self) -> int:
        """How much work has not ended yet."""
        return len(self._running)

    def start(self, work: Callable[[], None], then: Then) -> None:
        """Runs `work` while others change the state, and then `then` alone, with the error that `work` raised.

        Work that a call starts begins when the call has ended, so that `wait_until_saved` covers the call.
        When the local AWS ends first, nobody calls `then`. Whoever starts work resumes it at the next start.
        """
        thread = threading.Thread(target=self._run, args=(work, then), daemon=True)
        self._running.add(thread)
        thread.start()

    def pause(self, seconds: float) -> None:
        """Waits, in the midst of work. Raises Ending when the local AWS ends."""
        if self._ending.wait(seconds):
            raise Ending

    @contextlib.contextmanager
    def waiting(self) -> Iterator[None]:
        """Lets others change the state while its body waits, in the midst of a call that has changed nothing yet.

        A call holds `changing`, so that nobody else could bring what it waits for. Raises Ending after the end.
        """
        self.changing.release()
        try:
            yield
        finally:
            self.changing.acquire()
        if self._ending.is_set():
            raise Ending

    def wait_until_saved(self) -> None:
        """Returns when everything that is there now is on the disk, in the midst of work.

        Raises Ending when the local AWS ends before that.
        """
        if self._state:
            self._state.wait_until_saved()

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """Keeps the state as it is while its body reads it. Raises Ending after the end."""
        with self.changing:
            if self._closed:
                raise Ending
            yield

    @contextlib.contextmanager
    def change(self) -> Iterator[None]:
        """Lets its body change the state, although no call does. Raises Ending after the end."""
        with self.reading():
            yield
            if self._state:
                self._state.changed()

    def change_if(self, act: Callable[[], bool]) -> None:
        """Lets `act` change the state, which says whether it did. Raises Ending after the end.

        A look that finds nothing to do costs no save.
        """
        with self.reading():
            if act() and self._state:
                self._state.changed()

    def close(self, limit_sec: float) -> None:
        """Waits for the work that is under way, for no longer than the limit. After it, nothing changes."""
        self._ending.set()
        deadline = time.monotonic() + limit_sec
        for thread in list(self._running):
            thread.join(max(0.0, deadline - time.monotonic()))
        with self.changing:
            self._closed = True

    def _run(self, work: Callable[[], None], then: Then) -> None:
        try:
            with self.changing:
                pass
            problem = _problem_of(work)
            with self.change():
                then(problem)
        except Ending:
            pass
        except Exception:
            traceback.print_exc()
        finally:
            self._running.discard(threading.current_thread())


def _problem_of(work: Callable[[], None]) -> LocalAwsError | None:
    try:
        work()
    except LocalAwsError as error:
        return error
    except Ending:
        raise
    except Exception as error:
        traceback.print_exc()
        return LocalAwsError(f"it failed inside the local AWS ({type(error).__name__}: {error})")
    return None


background = Background()
