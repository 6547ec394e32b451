"""Finds the machines whose unit ecs.service runs, and gives each an agent."""

import contextlib
import threading
import traceback
from collections.abc import Callable
from typing import Any

from moto.ec2.models import ec2_backends
from moto.ecs.models import ecs_backends

from local_aws.core.background import Ending, background

from ..records import INSTANCES, kept, touch
from .agent import UNIT, Agent
from .fleet import Fleet

LOOK_INTERVAL_SEC = 0.5


class AgentWatch:
    """The thread that starts agents. They end by themselves."""

    def __init__(self, fleet: Fleet, password_of: Callable[[str, str], str]) -> None:
        self._fleet = fleet
        self._password_of = password_of
        self._agents: dict[str, Agent] = {}

    def start(self) -> None:
        """Begins to watch. Whoever calls it may change the state. No agent is connected yet."""
        for regions in list(ecs_backends.values()):
            for backend in list(regions.values()):
                for instance in list(kept(backend, INSTANCES).values()):
                    touch(backend, INSTANCES)
                    instance["agentConnected"] = False
        threading.Thread(target=self._watch, name="ecs agents", daemon=True).start()

    def _watch(self) -> None:
        with contextlib.suppress(Ending):
            while True:
                try:
                    self._look()
                except Ending:
                    raise
                except Exception as error:
                    # A call may make a dictionary grow meanwhile. The next look sees it.
                    if "changed size during iteration" not in str(error):
                        traceback.print_exc()
                background.pause(LOOK_INTERVAL_SEC)

    def _look(self) -> None:
        self._agents = {machine_id: agent for machine_id, agent in self._agents.items() if agent.is_alive}
        for machine in _running_machines():
            # One agent a machine: that of an earlier process ends first.
            if machine.id not in self._agents and (processes := self._fleet.processes_of(machine.id, UNIT)):
                agent = self._agents[machine.id] = Agent(self._fleet, machine, min(processes), self._password_of)
                agent.start()


def _running_machines() -> list[Any]:
    backends = [backend for regions in list(ec2_backends.values()) for backend in list(regions.values())]
    return [each for backend in backends for each in backend.all_instances() if each.state == "running"]
