"""The log driver awslogs: what a container prints becomes events in CloudWatch Logs."""

import contextlib
import datetime
import threading
from collections.abc import Mapping
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.logs.models import logs_backends

from .docker import Docker, DockerError, DockerGone
from .problems import ContainerProblem, said
from .roles import Actor, Denied

_START = "Error response from daemon: failed to initialize logging driver: failed to create Cloudwatch log stream: "
_DRAIN_SEC = 5
_NANO_DIGITS = 9


class LogStream:
    """The log stream of one container. A thread reads what the container prints, and `flush` sends it."""

    def __init__(self, options: Mapping[str, str], container: str, task_id: str, account: str, actor: Actor) -> None:
        self._group, self._region = options["awslogs-group"], options["awslogs-region"]
        self._may_create_group = options.get("awslogs-create-group") == "true"
        prefix = options.get("awslogs-stream-prefix")
        self._stream = f"{prefix}/{container}/{task_id}" if prefix else f"{container}-{task_id}"
        self._account, self._actor = account, actor
        self._lines: list[tuple[str, str]] = []
        self._last: str | None = None
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Makes the stream. Whoever calls it may change the state. Raises ContainerProblem."""
        arn = f"arn:aws:logs:{self._region}:{self._account}:log-group:{self._group}"
        backend = logs_backends[self._account][self._region]
        try:
            if self._may_create_group and self._group not in backend.groups:
                self._actor.require("logs:CreateLogGroup", f"{arn}:*")
                backend.create_log_group(self._group, {})
            self._actor.require("logs:CreateLogStream", f"{arn}:log-stream:{self._stream}")
            backend.ensure_log_stream(self._group, self._stream)
        except Denied as error:
            raise ContainerProblem("CannotStartContainerError", f"{_START}{error}") from error
        except JsonRESTError as error:
            raise ContainerProblem("CannotStartContainerError", f"{_START}{said(error)}") from error

    def follow(self, docker: Docker, container_id: str, after: str | None) -> None:
        """Reads what a container prints after a time that `flush` returned, also when Docker was gone meanwhile."""
        if self._thread is None or not self._thread.is_alive():
            after = self._last or after
            self._thread = threading.Thread(target=self._read, args=[docker, container_id, after], daemon=True)
            self._thread.start()

    def end(self) -> None:
        """Waits until everything is read that the container, which has ended, printed."""
        if self._thread:
            self._thread.join(_DRAIN_SEC)

    @property
    def has_news(self) -> bool:
        """Says whether there is something to send."""
        return bool(self._lines)

    def flush(self) -> str | None:
        """Sends what was read, and returns the time of the last line. Whoever calls it may change the state."""
        with self._lock:
            lines, self._lines = self._lines, []
        # CloudWatch Logs takes no empty events, and wants the others in order.
        events = [{"timestamp": _milliseconds(moment), "message": text} for moment, text in lines if text]
        events.sort(key=lambda each: each["timestamp"])
        # A group that was deleted meanwhile takes none. Docker's driver drops them, too.
        with contextlib.suppress(JsonRESTError, Denied):
            arn = f"arn:aws:logs:{self._region}:{self._account}:log-group:{self._group}:log-stream:{self._stream}"
            self._actor.require("logs:PutLogEvents", arn)
            if events:
                logs_backends[self._account][self._region].put_log_events(self._group, self._stream, events)
        return lines[-1][0] if lines else None

    def _read(self, docker: Docker, container_id: str, after: str | None) -> None:
        with contextlib.suppress(DockerError, DockerGone):
            for moment, text in docker.logs(container_id, _just_after(after) if after else "0"):
                with self._lock:
                    self._last = moment
                    self._lines.append((moment, text.decode(errors="replace").rstrip("\r")))


def stream_of(definition: Mapping[str, Any], task_id: str, account: str, actor: Actor) -> LogStream | None:
    """Returns the log stream of a container. None: its output stays on the machine."""
    log = definition.get("logConfiguration") or {}
    if log.get("logDriver") != "awslogs":
        return None
    return LogStream(log["options"], definition["name"], task_id, account, actor)


def _milliseconds(moment: str) -> int:
    seconds, nanoseconds = _unix(moment)
    return seconds * 1000 + nanoseconds // 1_000_000


def _just_after(moment: str) -> str:
    seconds, nanoseconds = _unix(moment)
    more, nanoseconds = divmod(nanoseconds + 1, 10**_NANO_DIGITS)
    return f"{seconds + more}.{nanoseconds:09d}"


def _unix(moment: str) -> tuple[int, int]:
    """Returns a time such as `2026-11-30T09:00:00.123456789Z` in seconds and nanoseconds."""
    whole, _, fraction = moment.rstrip("Z").partition(".")
    seconds = datetime.datetime.fromisoformat(whole).replace(tzinfo=datetime.UTC).timestamp()
    return int(seconds), int(fraction.ljust(_NANO_DIGITS, "0")[:_NANO_DIGITS] or 0)
