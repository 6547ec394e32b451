"""The agent of one machine: a thread that lives as long as the process of the machine's unit ecs.service.

It registers the machine, and runs the tasks that the scheduler puts there. AWS's own agent cannot be had here: the unit
holds a process that stays, and stands in for it.
"""

import contextlib
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from moto.ecs.models import ecs_backends

from local_aws.core.background import Ending, background
from local_aws.core.errors import LocalAwsError
from local_aws.host.commands import MachineError
from local_aws.host.execution import Ending as CommandEnding
from local_aws.host.execution import Finished

from .. import container_instances
from ..records import INSTANCES, TASKS, Record, kept, last_part, tasks_on
from . import registration
from .cleaning import Cleaner
from .config import FILE, Config, read
from .container_bodies import CERTIFICATES
from .docker import SOCKET, Docker, DockerError, DockerGone
from .fleet import Fleet
from .registration import CHECKPOINT, Checkpoint
from .runner import Host, Runner

UNIT = "ecs.service"
LOG = "/var/log/ecs/ecs-agent.log"
LOOK_INTERVAL_SEC = 0.25
RETRY_SEC = 2
# For a file of the machine. If it takes longer, the machine hangs: the next agent tries again.
FILE_LIMIT_SEC = 30
_SEPARATOR = "\n--local-aws--\n"
_READ = (
    f"cat {FILE}; printf '{_SEPARATOR}'; cat {CHECKPOINT}; printf '{_SEPARATOR}'; test -s {CERTIFICATES} && echo yes"
)
_APPEND = 'mkdir -p "$(dirname "$1")" && cat >>"$1"'
_WRITE = 'mkdir -p "$(dirname "$1")" && cat >"$1.new" && mv "$1.new" "$1"'


class Agent:
    """One machine's agent, for one process of its unit. `password_of` gives passwords of registries."""

    def __init__(self, fleet: Fleet, machine: Any, process: int, password_of: Callable[[str, str], str]) -> None:
        self._fleet, self._machine, self._process = fleet, machine, process
        self._password_of = password_of
        self._backend = ecs_backends[machine.ec2_backend.account_id][machine.ec2_backend.region_name]
        self._docker = Docker(lambda: fleet.connect_to_socket(machine.id, SOCKET))
        self._checkpoint = Checkpoint()
        self._runners: dict[str, Runner] = {}
        self._lives = True
        self._said = ""
        self._turn = threading.Lock()
        self._thread = threading.Thread(target=self._run, name=f"ecs agent {machine.id}", daemon=True)

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
                self._work()
            except (LocalAwsError, _Gone):
                # The machine went off.
                pass
            except Ending:
                raise
            except Exception:
                traceback.print_exc()
            finally:
                self._lives = False
                background.change_if(self._disconnect)

    def _work(self) -> None:
        text, checkpoint, certificates = (*self._read_files(), "", "")[:3]
        config, problems = read(text)
        for problem in problems:
            self._say(problem)
        self._checkpoint = Checkpoint.read(checkpoint)
        version = self._wait_for_docker()
        # The first process of a unit may only be what it checks before it starts.
        self._pause(LOOK_INTERVAL_SEC)
        arn = self._register(config, version)
        self._keep(replace(self._checkpoint, arn=arn, instance_id=self._machine.id, cluster=config.cluster))
        self._say(f"registered as {arn}")
        pulled = set(self._checkpoint.pulled)
        host = Host(
            self._machine,
            self._docker,
            config,
            "yes" in certificates,
            lambda: self._lives,
            self._password_of,
            pulled,
            self._note_pulled,
        )
        self._serve(host, arn)

    def _serve(self, host: Host, arn: str) -> None:
        cleaner = Cleaner(self._docker, host.config.cleanup_sec)
        while True:
            instance = kept(self._backend, INSTANCES).get(last_part(arn))
            if instance is None or instance["status"] == "INACTIVE":
                self._say(f"{arn} was deregistered: delete {CHECKPOINT}, and start the agent again")
                self._lives = False
                self._idle()
            for task in tasks_on(self._backend, arn):
                self._take(host, task)
            cleaner.look(kept(self._backend, TASKS))
            self._pause(LOOK_INTERVAL_SEC)

    def _take(self, host: Host, task: Record) -> None:
        runner = self._runners.get(task["taskArn"])
        if runner is None or not runner.is_alive:
            runner = self._runners[task["taskArn"]] = Runner(host, self._backend, task)
            runner.start()
        for past in [each for each, one in self._runners.items() if not one.is_alive]:
            del self._runners[past]

    def _read_files(self) -> list[str]:
        return self._run_script(_READ).stdout.text.split(_SEPARATOR)

    def _wait_for_docker(self) -> str:
        while True:
            try:
                return self._docker.get("/version")["Version"]
            except (DockerGone, DockerError) as error:
                self._say(f"Docker does not answer yet: {error}")
            self._pause(LOOK_INTERVAL_SEC)

    def _register(self, config: Config, docker_version: str) -> str:
        while True:
            try:
                with background.change():
                    return registration.register(self._machine, config, self._checkpoint, docker_version, self._process)
            except registration.NotNow as problem:
                self._say(str(problem))
            except registration.Never as problem:
                self._say(str(problem))
                self._idle()
            self._pause(RETRY_SEC)

    def _disconnect(self) -> bool:
        instance = kept(self._backend, INSTANCES).get(last_part(self._checkpoint.arn))
        if instance is None or instance["local"].get("process") != self._process:
            return False
        return container_instances.change(self._backend, instance, agentConnected=False)

    def _note_pulled(self, image: str) -> None:
        with self._turn:
            if image not in self._checkpoint.pulled:
                self._keep(replace(self._checkpoint, pulled=(*self._checkpoint.pulled, image)))

    def _keep(self, checkpoint: Checkpoint) -> None:
        if checkpoint != self._checkpoint:
            self._checkpoint = checkpoint
            self._run_script(_WRITE, CHECKPOINT, checkpoint.text())

    def _say(self, sentence: str) -> None:
        """Appends to the agent's log on the machine what was not said last."""
        if sentence == self._said:
            return
        self._said = sentence
        line = f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {sentence}\n"
        self._run_script(_APPEND, LOG, line)

    def _run_script(self, script: str, file: str = "", text: str = "") -> Finished:
        argv = ["/bin/sh", "-c", script, "sh", file]
        done = self._fleet.run(self._machine.id, argv, input=text.encode(), timeout_sec=FILE_LIMIT_SEC)
        if done.ending is not CommandEnding.EXITED:
            # What was read is not all that is there.
            raise MachineError(f"did not end the agent's script: {done.ending.value}")
        return done

    def _idle(self) -> None:
        while True:
            self._pause(LOOK_INTERVAL_SEC)

    def _pause(self, seconds: float) -> None:
        background.pause(seconds)
        if self._process not in self._fleet.processes_of(self._machine.id, UNIT):
            raise _Gone


class _Gone(Exception):
    """The process of the unit ended."""
