"""One local AWS from its start to its orderly end."""

import os
import signal
import sys
import threading
from collections.abc import Callable
from ipaddress import IPv4Network
from pathlib import Path
from types import FrameType
from typing import Any, Protocol
from wsgiref.types import WSGIApplication

from . import children, starting
from .access.gate import Gate
from .access.key_file import keep_key
from .application import Application
from .background import background
from .errors import told_of
from .home import Home
from .life import resume_lives
from .state import State
from .transport import HOST, listen, serve_on
from .watches import start_watches

# Work in the background ends within this time at a stop: a machine that powers off has 45 seconds.
BACKGROUND_LIMIT_SEC = 60


class Machines(Protocol):
    """What the server asks of machines, where there are any. `api` answers AWS's API to machines."""

    api: WSGIApplication

    def clean_up(self) -> None:
        """Removes what a crash left."""

    def resume(self) -> None:
        """Boots the machines whose state is running."""

    def shut_down(self) -> None:
        """Powers every machine off, cleanly."""

    def describe(self) -> dict[str, Any]:
        """Returns what health says of machines."""


def serve(home: Home, port: int, network: IPv4Network, prepare: Callable[[Path], Machines | None]) -> None:
    """Serves until SIGTERM, SIGINT or SIGHUP.

    `prepare` gets the folder, puts the services in place, and returns the machines, if there are any.
    Raises LocalAwsError when the port, the folder or the state in it cannot be used, or machines cannot be cleaned up.
    """
    with told_of(home.folder):
        home.check_free()
    listener = listen(port)
    with told_of(home.folder):
        home.take()
        gate = Gate(keep_key(home.key_file))
    machines = prepare(home.folder)
    stop = _stop_on_signals()

    def describe() -> dict[str, Any]:
        return {
            "pid": os.getpid(),
            "home": str(home.folder),
            "network": str(network),
            "machines": machines is not None,
            "saved": state.is_saved,
            "under_way": background.under_way,
            **(machines.describe() if machines else {}),
        }

    state = State(home.state_folder, background.changing)
    application = Application(state, background.changing, describe, gate)
    if machines:
        machines.api = application.for_machines
    server = serve_on(listener, application)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    with told_of(home.folder):
        home.announce(pid=os.getpid(), port=listener.getsockname()[1], network=str(network))
    try:
        if machines:
            application.doing = "cleaning up what an earlier run left"
            machines.clean_up()
        application.doing = "loading the saved state"
        state.load()
        state.start()
        background.open(state)
        if machines:
            application.doing = "booting machines"
            machines.resume()
        with background.change():
            resume_lives()
            starting.begin()
        state.save()
        start_watches()
        application.ready = True
        print(f"local AWS ready on http://{HOST}:{listener.getsockname()[1]}", file=sys.stderr, flush=True)
        stop.wait()
        application.ready, application.doing = False, "stopping"
        background.close(BACKGROUND_LIMIT_SEC)
        state.save()
    finally:
        state.end()
        if machines:
            machines.shut_down()
        server.shutdown()
        children.end_all()
        home.withdraw()
        home.release()


def clean(home: Home, clean_up: Callable[[Path], None]) -> None:
    """Removes every file of a local AWS and of its callers.

    `clean_up` gets the folder first, and removes machines and mounts.
    Raises LocalAwsError while it runs, when the folder is not a local AWS's, or when `clean_up` does.
    """
    with told_of(home.folder):
        if not home.exists():
            return
        home.take()
    clean_up(home.folder)
    with told_of(home.folder):
        home.remove()
    home.release()


def _stop_on_signals() -> threading.Event:
    stop = threading.Event()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, on_signal)
    return stop
