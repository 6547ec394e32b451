"""Runs one task on a machine: a thread that starts its containers in their order, watches them, and ends them.

It ends with the agent of the machine, and the containers go on. The runner of the next agent finds them by their
labels.
"""

import contextlib
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from moto.core.base_backend import BaseBackend

from local_aws.core import container_roles
from local_aws.core.background import Ending, background

from .. import task_records
from ..deployments import moment
from ..records import Record, last_part
from . import ordering, roles, secrets
from .config import Config
from .container_bodies import LABEL, Surroundings, body_of, name_of
from .container_logs import stream_of
from .containers import LOST, Container
from .docker import Docker, DockerError, DockerGone
from .images import Puller
from .problems import ContainerProblem, TaskProblem

LOOK_INTERVAL_SEC = 0.25
CREDENTIALS_VARIABLE = "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
FAILED_TO_START, ESSENTIAL_EXITED = "Task failed to start", "Essential container in task exited"
_NO_CODE, _EXITED_CODE = "TaskFailedToStart", "EssentialContainerExited"


@dataclass(frozen=True)
class Host:
    """The machine of a task, as its agent knows it. `lives` says whether the agent still runs."""

    machine: Any
    docker: Docker
    config: Config
    has_certificates: bool
    lives: Callable[[], bool]
    password_of: Callable[[str, str], str]
    pulled: set[str]
    note_pulled: Callable[[str], None]


class Runner:
    """One task. `start` begins it, or goes on with it."""

    def __init__(self, host: Host, backend: BaseBackend, task: Record) -> None:
        self._host, self._backend, self._task = host, backend, task
        self._definition: dict[str, Any] = task["local"]["definition"]
        self._task_id = last_part(task["taskArn"])
        overrides = task["overrides"]
        self._overrides = {each["name"]: each for each in overrides.get("containerOverrides") or []}
        region = backend.region_name
        self._task_role: str | None = overrides.get("taskRoleArn") or self._definition.get("taskRoleArn")
        execution_role = overrides.get("executionRoleArn") or self._definition.get("executionRoleArn")
        self._execution = roles.of_task(execution_role, region, self._task_id)
        # Without an execution role, the instance's own pulls images and writes logs.
        self._actor = self._execution or roles.of_instance(host.machine)
        self._containers: dict[str, Container] = {}
        self._definitions = {each["name"]: each for each in self._definition["containerDefinitions"]}
        self._secrets: dict[str, dict[str, str]] = {}
        self._thread = threading.Thread(target=self._run, name=f"task {self._task_id[:8]}", daemon=True)

    @property
    def is_alive(self) -> bool:
        """Says whether the thread runs."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begins the thread."""
        self._thread.start()

    def _run(self) -> None:
        with contextlib.suppress(Ending):
            try:
                self._give_role()
                self._work()
            except Ending:
                raise
            except Exception:
                traceback.print_exc()
            finally:
                # Without the agent nobody gives credentials out.
                container_roles.unregister(self._task["local"]["credentialsId"])

    def _accept(self) -> bool:
        if self._task["lastStatus"] != "PROVISIONING":
            return False
        return task_records.change(self._backend, self._task, lastStatus="PENDING")

    def _work(self) -> None:
        background.change_if(self._accept)
        while self._host.lives() and self._task["lastStatus"] != "STOPPED":
            with contextlib.suppress(DockerGone):
                if not self._containers:
                    self._begin()
                for container in self._containers.values():
                    if not container.is_busy:
                        container.look()
                if self._is_ending:
                    self._end()
                else:
                    self._go_on()
            background.change_if(self._report)
            background.pause(LOOK_INTERVAL_SEC)

    @property
    def _is_ending(self) -> bool:
        return self._task["desiredStatus"] == "STOPPED"

    def _give_role(self) -> None:
        if self._task_role and self._host.config.has_task_roles:
            role = container_roles.ContainerRole(self._task_role, self._task_id, self._backend.region_name)
            container_roles.register(self._task["local"]["credentialsId"], role)

    def _begin(self) -> None:
        """Finds the containers that Docker has of this task, and makes records of those that it has not."""
        label = f"{LABEL}task-arn={self._task['taskArn']}"
        found = self._host.docker.get("/containers/json", all=1, filters=f'{{"label": ["{label}"]}}')
        there = {each["Labels"][f"{LABEL}container-name"]: each["Id"] for each in found}
        told = {each["name"]: each for each in self._task["containers"]}
        containers = {}
        for name, definition in self._definitions.items():
            container = Container(definition, self._host.docker, there.get(name, ""), told[name].get("imageDigest"))
            container.log = stream_of(definition, self._task_id, self._backend.account_id, self._actor)
            container.cursor = self._task["local"]["logs"].get(name)
            if told[name]["lastStatus"] == "STOPPED":
                container.status, container.exit_code = "STOPPED", told[name].get("exitCode")
                container.has_started = container.exit_code is not None
                container.reason = told[name].get("reason")
            elif told[name].get("runtimeId") and not container.docker_id:
                container.fail(LOST)
            containers[name] = container
        self._containers = containers

    def _go_on(self) -> None:
        if any(each.status == "STOPPED" and each.is_essential for each in self._containers.values()):
            return
        for container in self._containers.values():
            if container.status == "PENDING" and not container.is_busy and self._may_start(container):
                container.begin(self._start_container)

    def _may_start(self, container: Container) -> bool:
        seen = {name: each.seen for name, each in self._containers.items()}
        try:
            return ordering.may_start(container.definition, seen, self._definitions)
        except ordering.Impossible as error:
            why = str(error)
            container.fail(why)
            background.change_if(lambda: self._ask_for_end(why, _NO_CODE))
            return False

    def _end(self) -> None:
        """Ends all containers, those that others depend on last."""
        seen = {name: each.seen for name, each in self._containers.items()}
        for container in self._containers.values():
            if container.is_busy or container.status == "STOPPED":
                continue
            if container.status == "PENDING":
                container.status = "STOPPED"
            elif ordering.may_stop(container.name, seen, list(self._definitions.values())):
                container.begin(lambda each: each.stop(self._host.config.stop_sec))

    def _start_container(self, container: Container) -> None:
        if not container.docker_id:
            self._pull(container)
            if not self._host.lives() or self._is_ending:
                return
            container.docker_id = self._create(container)
        if container.log:
            self._open_log(container)
        try:
            self._host.docker.post(f"/containers/{container.docker_id}/start")
        except DockerError as error:
            raise ContainerProblem("CannotStartContainerError", f"Error response from daemon: {error}") from error
        container.look()

    def _pull(self, container: Container) -> None:
        host, image = self._host, container.definition["image"]
        puller = Puller(host.docker, host.config.pull_behavior, self._actor, host.password_of, host.pulled)
        background.change_if(lambda: self._note_time("pullStartedAt"))
        if puller.ensure(image):
            host.pulled.add(image)
            host.note_pulled(image)
        background.change_if(lambda: self._note_time("pullStoppedAt"))
        container.digest = puller.digest_of(image)

    def _create(self, container: Container) -> str:
        with background.reading():
            around = Surroundings(
                last_part(self._task["clusterArn"]),
                self._task["taskArn"],
                self._overrides.get(container.name, {}),
                self._own_environment(),
                self._secrets.get(container.name, {}),
                self._host.has_certificates,
            )
        if container.definition.get("secrets"):
            around = self._with_secrets(around, container)
        body = body_of(self._definition, container.definition, around)
        name = name_of(self._definition, container.definition, self._task_id)
        try:
            return self._host.docker.post("/containers/create", body, name=name)["Id"]
        except DockerError as error:
            if error.status == HTTPStatus.CONFLICT:
                # An agent that ended meanwhile made it.
                return self._host.docker.get(f"/containers/{name}/json")["Id"]
            raise ContainerProblem("CannotCreateContainerError", f"Error response from daemon: {error}") from error

    def _with_secrets(self, around: Surroundings, container: Container) -> Surroundings:
        account, region = self._backend.account_id, self._backend.region_name
        try:
            values = secrets.read_all(container.definition["secrets"], self._execution, account, region)
        except TaskProblem as problem:
            text = str(problem)
            background.change_if(lambda: self._ask_for_end(text, _NO_CODE))
            raise ContainerProblem("ResourceInitializationError", text) from problem
        return Surroundings(
            around.cluster, around.task_arn, around.override, around.environment, values, around.has_certificates
        )

    def _own_environment(self) -> dict[str, str]:
        if not self._task_role or not self._host.config.has_task_roles:
            return {}
        return {CREDENTIALS_VARIABLE: f"/v2/credentials/{self._task['local']['credentialsId']}"}

    def _open_log(self, container: Container) -> None:
        assert container.log is not None
        with background.change():
            container.log.open()

    def _ask_for_end(self, reason: str, code: str) -> bool:
        if self._is_ending:
            return False
        task_records.stop(self._backend, self._task, reason, code)
        return True

    def _note_time(self, name: str) -> bool:
        if self._task.get(name) and name == "pullStartedAt":
            return False
        return task_records.change(self._backend, self._task, **{name: moment()})

    def _report(self) -> bool:
        """Puts what happened into the record of the task. Says whether anything did."""
        task, containers = self._task, self._containers
        if task["lastStatus"] == "STOPPED":
            return False
        has_changed = self._send_logs()
        if not containers:
            return has_changed
        told = [{**each, **containers[each["name"]].record()} for each in task["containers"]]
        fields = {"containers": told, "healthStatus": self._health()}
        all_run = all(each.status in ("RUNNING", "STOPPED") for each in containers.values())
        essential_ended = [each for each in containers.values() if each.status == "STOPPED" and each.is_essential]
        if all_run and not essential_ended and not self._is_ending and task["lastStatus"] != "RUNNING":
            fields |= {"lastStatus": "RUNNING", "startedAt": moment(), "connectivity": "CONNECTED"}
        has_changed |= task_records.change(self._backend, task, **fields)
        if essential_ended and not self._is_ending:
            failed = any(each.has_problem and each.reason != LOST for each in essential_ended)
            reason, code = (FAILED_TO_START, _NO_CODE) if failed else (ESSENTIAL_EXITED, _EXITED_CODE)
            has_changed |= self._ask_for_end(reason, code)
        if self._is_ending:
            has_changed |= self._report_end()
        return has_changed

    def _report_end(self) -> bool:
        if all(each.status == "STOPPED" and not each.is_busy for each in self._containers.values()):
            # What a container printed last was read before it was known to be STOPPED.
            self._send_logs()
            task_records.finish(self._backend, self._task)
            return True
        if self._task["lastStatus"] == "DEACTIVATING":
            return task_records.change(self._backend, self._task, lastStatus="STOPPING")
        return False

    def _send_logs(self) -> bool:
        has_sent = False
        for container in self._containers.values():
            if container.log and container.log.has_news:
                container.cursor = container.log.flush() or container.cursor
                self._task["local"]["logs"][container.name] = container.cursor
                has_sent = True
        return has_sent

    def _health(self) -> str:
        checked = [
            each for each in self._containers.values() if each.is_essential and each.definition.get("healthCheck")
        ]
        found = {each.health for each in checked}
        if "UNHEALTHY" in found:
            return "UNHEALTHY"
        return "HEALTHY" if found == {"HEALTHY"} else "UNKNOWN"
