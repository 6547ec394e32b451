"""What container instances have, and what tasks need of it: processors, memory and ports. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

Needs = dict[str, Any]
Resource = dict[str, Any]

# Of one processor.
CPU_UNITS = 1024
# What AWS's agent keeps: SSH, Docker, and its own.
RESERVED_PORTS = ("22", "2375", "2376", "51678", "51679")
# The kernel keeps some of an instance's memory, and the agent registers the rest. This comes near to it.
_KERNEL_MIB, _KERNEL_SHARE = 64, 0.045


def of_instance(processors: int, memory_mib: int, kept_mib: int = 0, kept_ports: Iterable[str] = ()) -> list[Resource]:
    """Returns what an agent registers. `kept_mib` is ECS_RESERVED_MEMORY, `kept_ports` is ECS_RESERVED_PORTS."""
    memory = int(memory_mib - _KERNEL_MIB - memory_mib * _KERNEL_SHARE) - kept_mib
    ports = sorted({*RESERVED_PORTS, *kept_ports}, key=int)
    return [
        _number("CPU", processors * CPU_UNITS),
        _number("MEMORY", memory),
        _set("PORTS", ports),
        _set("PORTS_UDP", []),
    ]


def remaining(registered: Iterable[Resource], used: Iterable[Needs]) -> list[Resource]:
    """Returns what is left of an instance. In the sets are the ports that are taken, as ECS tells it."""
    used = list(used)
    cpu, memory = sum(each["cpu"] for each in used), sum(each["memory"] for each in used)
    have = {each["name"]: each for each in registered}
    return [
        _number("CPU", have["CPU"]["integerValue"] - cpu),
        _number("MEMORY", have["MEMORY"]["integerValue"] - memory),
        _set("PORTS", have["PORTS"]["stringSetValue"] + [str(port) for each in used for port in each["ports"]]),
        _set("PORTS_UDP", have["PORTS_UDP"]["stringSetValue"] + [str(port) for each in used for port in each["udp"]]),
    ]


def needs_of(definition: Mapping[str, Any]) -> Needs:
    """Returns what a task of a task definition needs: that of the task, or else the sum of its containers."""
    containers = definition["containerDefinitions"]
    cpu = definition.get("cpu") or sum(each.get("cpu") or 0 for each in containers)
    memory = definition.get("memory") or sum(
        each.get("memoryReservation") or each.get("memory") or 0 for each in containers
    )
    return {
        "cpu": int(cpu),
        "memory": int(memory),
        "ports": _ports(definition, "tcp"),
        "udp": _ports(definition, "udp"),
    }


def lacks(left: Iterable[Resource], needs: Needs) -> str | None:
    """Returns what an instance lacks for a task: CPU, MEMORY or PORTS. None: nothing."""
    have = {each["name"]: each for each in left}
    if needs["cpu"] > have["CPU"]["integerValue"]:
        return "CPU"
    if needs["memory"] > have["MEMORY"]["integerValue"]:
        return "MEMORY"
    taken = {("ports", each) for each in have["PORTS"]["stringSetValue"]}
    taken |= {("udp", each) for each in have["PORTS_UDP"]["stringSetValue"]}
    wanted = {(kind, str(port)) for kind in ("ports", "udp") for port in needs[kind]}
    return "PORTS" if taken & wanted else None


def _ports(definition: Mapping[str, Any], protocol: str) -> list[int]:
    is_host = definition.get("networkMode") == "host"
    found = [
        mapping.get("hostPort") or (mapping["containerPort"] if is_host else 0)
        for container in definition["containerDefinitions"]
        for mapping in container.get("portMappings") or []
        if mapping.get("protocol", "tcp") == protocol
    ]
    return [port for port in found if port]


def _number(name: str, value: int) -> Resource:
    return {"name": name, "type": "INTEGER", "doubleValue": 0.0, "longValue": 0, "integerValue": value}


def _set(name: str, values: list[str]) -> Resource:
    empty = {"doubleValue": 0.0, "longValue": 0, "integerValue": 0}
    return {"name": name, "type": "STRINGSET", **empty, "stringSetValue": values}
