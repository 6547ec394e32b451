"""Which machines get an agent, and that there is one at a time."""

from types import SimpleNamespace

import pytest
from local_aws.services.ecs.agent import watch


class Agent:
    """An agent that does nothing."""

    started: list["Agent"]

    def __init__(self, _fleet, machine, process, _password_of):
        self.machine, self.process, self.is_alive = machine, process, True

    def start(self):
        Agent.started.append(self)


@pytest.fixture
def processes(monkeypatch):
    """The processes of the unit, by machine."""
    monkeypatch.setattr(watch, "Agent", Agent)
    monkeypatch.setattr(watch, "_running_machines", lambda: [SimpleNamespace(id="i-1")])
    Agent.started = []
    return {"i-1": []}


@pytest.fixture
def watched(processes):
    fleet = SimpleNamespace(
        processes_of=lambda machine_id, unit: processes[machine_id] if unit == "ecs.service" else ()
    )
    return watch.AgentWatch(fleet, lambda _account, _region: "")


def test_a_machine_gets_an_agent_when_its_unit_has_a_process(processes, watched):
    watched._look()
    assert Agent.started == []
    processes["i-1"] = [8, 7]
    watched._look()
    watched._look()
    assert [each.process for each in Agent.started] == [7]


def test_the_agent_of_another_process_begins_when_the_one_before_has_ended(processes, watched):
    processes["i-1"] = [7]
    watched._look()
    processes["i-1"] = [9]
    watched._look()
    assert len(Agent.started) == 1
    Agent.started[0].is_alive = False
    watched._look()
    assert [each.process for each in Agent.started] == [7, 9]
