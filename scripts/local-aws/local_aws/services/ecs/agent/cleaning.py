"""Removes the containers of tasks that stopped long ago, as AWS's agent does after three hours."""

import contextlib
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ..deployments import moment
from .container_bodies import LABEL, volume_name
from .docker import Docker, DockerError, DockerGone

INTERVAL_SEC = 5


class Cleaner:
    """Looks at the containers of tasks every few seconds."""

    def __init__(self, docker: Docker, after_sec: float) -> None:
        self._docker = docker
        self._after_sec = after_sec
        self._next = 0.0

    def look(self, tasks: Mapping[str, dict[str, Any]]) -> None:
        """Removes what is to be removed by now. `tasks` are all that ECS still knows."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + INTERVAL_SEC
        with contextlib.suppress(DockerGone, DockerError):
            filters = f'{{"label": ["{LABEL}task-arn"], "status": ["exited", "dead"]}}'
            for container in self._docker.get("/containers/json", all=1, filters=filters):
                task = tasks.get(container["Labels"][f"{LABEL}task-arn"].rpartition("/")[2])
                if self._is_past(container, task):
                    self._docker.delete(f"/containers/{container['Id']}", v=1)
                    self._remove_volumes(task)

    def _is_past(self, container: dict[str, Any], task: dict[str, Any] | None) -> bool:
        if task is not None:
            stopped = task.get("stoppedAt")
            return stopped is not None and (moment() - stopped).total_seconds() > self._after_sec
        # ECS has forgotten the task.
        return time.time() - container["Created"] > self._after_sec

    def _remove_volumes(self, task: dict[str, Any] | None) -> None:
        definition = task["local"]["definition"] if task else {}
        for volume in definition.get("volumes") or []:
            if task and not (volume.get("host") or {}).get("sourcePath"):
                name = volume_name(definition, volume["name"], task["taskArn"].rpartition("/")[2])
                # Another container of the task may still have it.
                with contextlib.suppress(DockerError):
                    self._docker.delete(f"/volumes/{quote(name)}")
