"""One container of a task, from nothing to its end, as Docker has it."""

import datetime
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from local_aws.core.background import Ending

from .container_bodies import bindings_of
from .container_logs import LogStream
from .docker import Docker, DockerError, DockerGone
from .ordering import Seen
from .problems import ContainerProblem

LOST = "CannotInspectContainerError: Could not find container"
_OUT_OF_MEMORY = "OutOfMemoryError: Container killed due to memory usage"
_HEALTH = {"healthy": "HEALTHY", "unhealthy": "UNHEALTHY"}
# Beyond its own limit, for Docker.
_STOP_GRACE_SEC = 30


@dataclass
class Container:
    """What the agent knows of a container. `is_busy`: a thread starts or stops it at the moment."""

    definition: dict[str, Any]
    docker: Docker
    docker_id: str = ""
    digest: str | None = None
    status: str = "PENDING"
    exit_code: int | None = None
    reason: str | None = None
    health: str = "UNKNOWN"
    bindings: list[dict[str, Any]] = field(default_factory=list)
    is_busy: bool = False
    has_started: bool = False
    has_problem: bool = False
    log: LogStream | None = None
    # The time of the last line that was sent.
    cursor: str | None = None
    _started: float = 0

    @property
    def name(self) -> str:
        """The name in the task definition."""
        return self.definition["name"]

    @property
    def is_essential(self) -> bool:
        """Says whether its end is the end of the task."""
        return self.definition.get("essential", True)

    @property
    def seen(self) -> Seen:
        """How it is doing, for those that depend on it."""
        running_sec = time.monotonic() - self._started if self.has_started else 0
        return Seen(self.has_started, self.status == "STOPPED", self.exit_code, self.health, running_sec)

    def begin(self, work: Callable[["Container"], None]) -> None:
        """Does in a thread what takes long. A daemon that went away meanwhile is asked again later."""

        def act() -> None:
            try:
                work(self)
            except ContainerProblem as problem:
                self.fail(str(problem))
            except (DockerGone, Ending):
                pass
            except Exception as error:
                traceback.print_exc()
                self.fail(f"InternalError: {type(error).__name__}: {error}")
            finally:
                self.is_busy = False

        self.is_busy = True
        threading.Thread(target=act, name=f"container {self.name}", daemon=True).start()

    def fail(self, reason: str) -> None:
        """Ends it before it ran."""
        self.reason, self.status, self.has_problem = reason, "STOPPED", True

    def look(self) -> None:
        """Asks Docker how it is doing. Raises DockerGone."""
        if not self.docker_id or self.status == "STOPPED":
            return
        try:
            self._take(self.docker.get(f"/containers/{self.docker_id}/json"))
        except DockerError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise DockerGone(str(error)) from error
            self.reason, self.status = LOST, "STOPPED"

    def stop(self, default_sec: float) -> None:
        """Ends it, and returns when it has ended. Raises DockerGone."""
        seconds = self.definition.get("stopTimeout")
        seconds = int(default_sec if seconds is None else seconds)
        try:
            self.docker.post(f"/containers/{self.docker_id}/stop", timeout_sec=seconds + _STOP_GRACE_SEC, t=seconds)
        except DockerError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                # It is tried again.
                raise DockerGone(str(error)) from error
        self.look()

    def record(self) -> dict[str, Any]:
        """Returns the fields of its record."""
        fields = {
            "lastStatus": self.status,
            "healthStatus": self.health,
            "networkBindings": self.bindings,
            "runtimeId": self.docker_id or None,
            "imageDigest": self.digest,
            "exitCode": self.exit_code,
            "reason": self.reason,
        }
        return {name: value for name, value in fields.items() if value is not None}

    def _take(self, told: dict[str, Any]) -> None:
        state = told["State"]
        if state["Status"] == "created":
            return
        if not self.has_started:
            self.has_started, self._started = True, time.monotonic() - _seconds_since(state["StartedAt"])
        if self.definition.get("healthCheck"):
            self.health = _HEALTH.get((state.get("Health") or {}).get("Status"), "UNKNOWN")
        if self.log:
            self.log.follow(self.docker, self.docker_id, self.cursor)
        if state["Running"]:
            self.bindings = bindings_of(told["NetworkSettings"]["Ports"] or {})
            self.status = "RUNNING"
            return
        if self.log:
            self.log.end()
        self.exit_code, self.bindings = state["ExitCode"], []
        if state.get("OOMKilled"):
            self.reason = _OUT_OF_MEMORY
        self.status = "STOPPED"


def _seconds_since(moment: str) -> float:
    whole = datetime.datetime.fromisoformat(moment[:19]).replace(tzinfo=datetime.UTC)
    return max(0.0, (datetime.datetime.now(datetime.UTC) - whole).total_seconds())
