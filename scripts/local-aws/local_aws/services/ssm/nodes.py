"""Managed nodes: machines whose agent has registered. They are `Online` while they run, and `ConnectionLost` after it.

A thread looks at all instances every second. A machine has registered when it has run a command, which says what its
operating system is. An instance without an agent, or without a role that permits it, never registers.
"""

import contextlib
import shlex
import threading
import traceback
from collections.abc import Callable, Iterator
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.ec2.models import ec2_backends
from moto.ssm.models import ssm_backends
from moto.ssm.responses import SimpleSystemManagerResponse

from local_aws.core.background import Ending, background
from local_aws.core.errors import LocalAwsError
from local_aws.core.operations import ApiError, Call, now, operation
from local_aws.core.stores import ATTRIBUTE, store_of

from .agents import has_agent, may_register
from .fleet import Fleet

LOOK_INTERVAL_SEC = 1
# As AWS's agent.
PING_INTERVAL_SEC = 300
AGENT_VERSION = "0.0.0.0"
ONLINE, LOST = "Online", "ConnectionLost"


def install() -> None:
    """Adds DescribeInstanceInformation."""
    operation(SimpleSystemManagerResponse, "DescribeInstanceInformation", ssm_backends)(describe_instance_information)


def describe_instance_information(call: Call) -> dict[str, Any]:
    """Returns the managed nodes, or those that pass all filters."""
    filters = {each["Key"]: each["Values"] for each in call.parameters.get("Filters") or []}
    for each in call.parameters.get("InstanceInformationFilterList") or []:
        filters[each["key"]] = each["valueSet"]
    found = [_described(call, *each) for each in nodes_of(call.backend).items()]
    return {"InstanceInformationList": [each for each in found if _passes(call, each, filters)]}


def nodes_of(backend: BaseBackend) -> dict[str, Any]:
    """Returns the records of all nodes, by instance id."""
    return kept(backend, "nodes")


def kept(backend: BaseBackend, kind: str) -> dict[str, Any]:
    """Returns our records of one kind. Reads alone: whoever changes one calls `store_of`, or nothing is saved."""
    return vars(backend).get(ATTRIBUTE, {}).get(kind, {})


def is_online(backend: BaseBackend, instance_id: str) -> bool:
    """Says whether a node takes commands."""
    return nodes_of(backend).get(instance_id, {}).get("PingStatus") == ONLINE


def tags_of(backend: BaseBackend, instance_id: str) -> dict[str, str]:
    """Returns the tags of an instance."""
    return {tag["key"]: tag["value"] for tag in _instances_of(backend)[instance_id].get_tags()}


class NodeWatch:
    """The thread that registers nodes, and notes which are lost. `each_look` is called after each look, in it."""

    def __init__(self, fleet: Fleet, each_look: Callable[[], None]) -> None:
        self._fleet = fleet
        self._each_look = each_look
        self._greeted: set[str] = set()

    def start(self) -> None:
        """Begins to watch. Whoever calls it may change the state. No machine has answered yet."""
        for regions in list(ssm_backends.values()):
            for backend in list(regions.values()):
                if nodes_of(backend):
                    store_of(backend)
                for node in nodes_of(backend).values():
                    node["PingStatus"] = LOST
        threading.Thread(target=self._watch, name="managed nodes", daemon=True).start()

    def _watch(self) -> None:
        with contextlib.suppress(Ending):
            while True:
                self._look_at_all()
                background.pause(LOOK_INTERVAL_SEC)

    def _look_at_all(self) -> None:
        try:
            for backend in list(_backends_with_agents()):
                self._look(backend)
            self._each_look()
        except Ending:
            raise
        except Exception as error:
            # A call may make a dictionary grow meanwhile. The next look sees it.
            if "changed size during iteration" not in str(error):
                traceback.print_exc()

    def _look(self, backend: BaseBackend) -> None:
        instances = _instances_of(backend)
        for instance_id, node in list(nodes_of(backend).items()):
            instance = instances.get(instance_id)
            if instance is None or instance.state == "terminated":
                with background.change():
                    del store_of(backend)["nodes"][instance_id]
            elif node["PingStatus"] == ONLINE:
                self._ping(instance, node)
        for instance_id, instance in instances.items():
            if instance_id in self._greeted or is_online(backend, instance_id):
                continue
            # An image may be gone by now.
            is_known = instance_id in nodes_of(backend)
            if (is_known or has_agent(instance)) and self._answers(instance):
                self._greeted.add(instance_id)
                threading.Thread(target=self._greet, args=[backend, instance], daemon=True).start()

    def _answers(self, instance: Any) -> bool:
        return instance.state == "running" and self._fleet.get(instance.id) is not None and may_register(instance)

    def _ping(self, instance: Any, node: dict[str, Any]) -> None:
        answers = self._answers(instance)
        if answers and (now() - node["LastPingDateTime"]).total_seconds() < PING_INTERVAL_SEC:
            return
        with background.change():
            store_of(_backend_of(instance))
            if answers:
                node["LastPingDateTime"] = now()
            else:
                node["PingStatus"] = LOST

    def _greet(self, backend: BaseBackend, instance: Any) -> None:
        try:
            # It waits for a machine that still boots.
            done = self._fleet.run(instance.id, ["/bin/sh", "-c", "cat /etc/os-release; echo NODE=$(hostname)"])
            told = dict(line.split("=", 1) for line in shlex.split(done.stdout.text, comments=True) if "=" in line)
            with background.change():
                self._register(backend, instance, told)
        except (Ending, LocalAwsError):
            pass
        finally:
            self._greeted.discard(instance.id)

    def _register(self, backend: BaseBackend, instance: Any, told: dict[str, str]) -> None:
        if not self._answers(instance):
            return
        node = store_of(backend).setdefault("nodes", {}).setdefault(instance.id, {"RegistrationDate": now()})
        node.update(
            PingStatus=ONLINE,
            LastPingDateTime=now(),
            PlatformName=told.get("NAME", ""),
            PlatformVersion=told.get("VERSION_ID", ""),
            ComputerName=told.get("NODE", ""),
        )


def _backends_with_agents() -> Iterator[BaseBackend]:
    for account in list(ec2_backends.values()):
        for ec2 in list(account.values()):
            regions = ssm_backends[ec2.account_id]
            # A look makes no backend that nobody needs: each new one is saved.
            if regions.get(ec2.region_name) is not None or any(map(has_agent, ec2.all_instances())):
                yield regions[ec2.region_name]


def _instances_of(backend: BaseBackend) -> dict[str, Any]:
    ec2 = ec2_backends[backend.account_id][backend.region_name]
    return {instance.id: instance for instance in ec2.all_instances()}


def _backend_of(instance: Any) -> BaseBackend:
    return ssm_backends[instance.ec2_backend.account_id][instance.ec2_backend.region_name]


def _described(call: Call, instance_id: str, node: dict[str, Any]) -> dict[str, Any]:
    instance = _instances_of(call.backend).get(instance_id)
    return {
        **node,
        "InstanceId": instance_id,
        "AgentVersion": AGENT_VERSION,
        "IsLatestVersion": True,
        "PlatformType": "Linux",
        "ResourceType": "EC2Instance",
        "IPAddress": instance.private_ip if instance else "",
    }


def _passes(call: Call, node: dict[str, Any], filters: dict[str, list[str]]) -> bool:
    fields = {
        "InstanceIds": "InstanceId", "PingStatus": "PingStatus", "PlatformTypes": "PlatformType",
        "AgentVersion": "AgentVersion", "ResourceType": "ResourceType",
    }  # fmt: skip
    for key, values in filters.items():
        if key.startswith("tag:"):
            passes = tags_of(call.backend, node["InstanceId"]).get(key.removeprefix("tag:")) in values
        elif key == "tag-key":
            passes = any(value in tags_of(call.backend, node["InstanceId"]) for value in values)
        elif key in fields:
            passes = node[fields[key]] in values
        else:
            raise ApiError("NotImplementedByLocalAws", f"ssm:DescribeInstanceInformation with filter {key}")
        if not passes:
            return False
    return True
