"""What ECS refuses in a task definition, and what this ECS does not honour. Pure."""

import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any

Definition = Mapping[str, Any]

_NAME = re.compile(r"[A-Za-z0-9_-]{1,255}")
_LEAST_MEMORY_MIB = 6
# What a container may have here. All else would be without effect.
_HONOURED = frozenset(
    (
        *("name", "image", "cpu", "memory", "memoryReservation", "essential", "portMappings", "environment", "secrets"),
        *("mountPoints", "entryPoint", "command", "workingDirectory", "user", "hostname", "extraHosts", "dnsServers"),
        *("dnsSearchDomains", "readonlyRootFilesystem", "privileged", "ulimits", "linuxParameters", "systemControls"),
        *("logConfiguration", "healthCheck", "dependsOn", "startTimeout", "stopTimeout", "dockerLabels", "interactive"),
        *("pseudoTerminal", "disableNetworking", "dockerSecurityOptions", "versionConsistency"),
    )
)
_HONOURED_LINUX = frozenset(("initProcessEnabled", "capabilities", "tmpfs", "sharedMemorySize"))
_HONOURED_TASK = frozenset(
    (
        *("family", "taskRoleArn", "executionRoleArn", "networkMode", "containerDefinitions", "volumes", "tags", "cpu"),
        *("placementConstraints", "requiresCompatibilities", "memory", "runtimePlatform", "pidMode"),
    )
)
# What the rules look at. A registered task definition has more: its ARN, and its revision.
KNOWN = _HONOURED_TASK
_LOG_DRIVERS = ("awslogs", "json-file", "none")
_LOG_OPTIONS = ("awslogs-group", "awslogs-region", "awslogs-stream-prefix", "awslogs-create-group", "mode")
_NETWORK_MODES = ("bridge", "host", "none")
_HEALTH_LIMITS = {"interval": (5, 300), "timeout": (2, 120), "retries": (1, 10), "startPeriod": (0, 300)}
_CONDITIONS_AFTER_END = ("COMPLETE", "SUCCESS")


def is_for_fargate_alone(definition: Definition) -> bool:
    """Says whether a task definition is for FARGATE, where nothing runs here anyway."""
    return list(definition.get("requiresCompatibilities") or []) == ["FARGATE"]


def problem_of(definition: Definition) -> str | None:
    """Returns the first problem of a task definition, as ECS says it. None: there is none."""
    return next(_problems(definition), None)


def ignored_in(definition: Definition) -> list[str]:
    """Returns the names of what a task definition has and this ECS does not honour."""
    return list(dict.fromkeys(_ignored(definition)))


def _problems(definition: Definition) -> Iterator[str]:
    containers, volumes = definition.get("containerDefinitions") or [], definition.get("volumes") or []
    if not _NAME.fullmatch(definition.get("family") or ""):
        yield "Family contains invalid characters."
    if not containers:
        yield "Container list cannot be empty."
    names = [each.get("name") or "" for each in containers]
    for name in names:
        if not _NAME.fullmatch(name):
            yield "Container.name contains invalid characters."
        if names.count(name) > 1:
            yield f"Container names must be unique: '{name}' is there twice."
    if containers and not any(each.get("essential", True) for each in containers):
        yield "A task definition must have at least one essential container."
    volume_names = [each.get("name") for each in volumes]
    for name in volume_names:
        if volume_names.count(name) > 1:
            yield f"Volume names must be unique: '{name}' is there twice."
    for container in containers:
        yield from _problems_of_container(container, definition, set(volume_names))
    yield from _problems_of_order(containers)
    yield from _problems_of_ports(definition)


def _problems_of_container(container: Definition, definition: Definition, volumes: set[str]) -> Iterator[str]:
    setting = f"Invalid setting for container '{container['name']}'."
    if not container.get("image"):
        yield "Container.image should not be null or empty."
    memory, reservation = container.get("memory"), container.get("memoryReservation")
    if not (memory or reservation or definition.get("memory")):
        yield f"{setting} At least one of 'memory' or 'memoryReservation' must be specified."
    if memory is not None and memory < _LEAST_MEMORY_MIB:
        yield f"{setting} 'memory' must be at least {_LEAST_MEMORY_MIB} MiB."
    if memory and reservation and memory <= reservation:
        yield f"{setting} 'memory' must be greater than 'memoryReservation'."
    for mount in container.get("mountPoints") or []:
        if mount.get("sourceVolume") not in volumes:
            yield f"Unknown volume '{mount.get('sourceVolume')}'."
    if container.get("secrets") and not definition.get("executionRoleArn"):
        yield "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'."
    log = container.get("logConfiguration") or {}
    if log.get("logDriver") == "awslogs":
        missing = {"awslogs-group", "awslogs-region"} - set(log.get("options") or {})
        if missing:
            yield f"Log driver awslogs requires options: {', '.join(sorted(missing))}"
    yield from _problems_of_health_check(container, setting)


def _problems_of_health_check(container: Definition, setting: str) -> Iterator[str]:
    check = container.get("healthCheck")
    if not check:
        return
    command = check.get("command") or []
    if command[:1] not in (["CMD"], ["CMD-SHELL"], ["NONE"]):
        yield f"{setting} healthCheck.command must begin with CMD or CMD-SHELL."
    for name, (least, most) in _HEALTH_LIMITS.items():
        if check.get(name) is not None and not least <= check[name] <= most:
            yield f"{setting} healthCheck.{name} must be between {least} and {most}."


def _problems_of_order(containers: list[Definition]) -> Iterator[str]:
    by_name = {each["name"]: each for each in containers}
    graph: dict[str, set[str]] = {}
    for container in containers:
        for needed in container.get("dependsOn") or []:
            name, condition = needed["containerName"], needed["condition"]
            graph.setdefault(container["name"], set()).add(name)
            other = by_name.get(name)
            if other is None:
                yield f"Container '{container['name']}' depends on container '{name}', which does not exist."
            elif condition in _CONDITIONS_AFTER_END and other.get("essential", True):
                yield f"Container '{name}' is essential, so no container can depend on it with {condition}."
            elif condition == "HEALTHY" and not other.get("healthCheck"):
                yield f"Container '{name}' has no health check, so no container can depend on it with HEALTHY."
    try:
        TopologicalSorter(graph).prepare()
    except CycleError:
        yield "Cycle detected in container dependencies."


def _problems_of_ports(definition: Definition) -> Iterator[str]:
    seen: set[tuple[int, str]] = set()
    for container in definition.get("containerDefinitions") or []:
        for mapping in container.get("portMappings") or []:
            port, host_port = mapping.get("containerPort"), mapping.get("hostPort") or 0
            if not port or not 1 <= port <= 65535 or not 0 <= host_port <= 65535:
                yield f"Invalid port mapping of container '{container['name']}': ports are from 1 to 65535."
                continue
            if definition.get("networkMode") == "host" and host_port not in (0, port):
                yield "When networkMode=host, the host ports and container ports in port mappings must match."
            key = (host_port, mapping.get("protocol", "tcp"))
            if host_port and key in seen:
                yield f"Host port {host_port} is used more than once in the task definition."
            seen.add(key)


def _ignored(definition: Definition) -> Iterator[str]:
    yield from (name for name in _asked(definition) if name not in _HONOURED_TASK)
    mode = definition.get("networkMode") or "bridge"
    if mode not in _NETWORK_MODES:
        yield f"networkMode {mode}"
    for volume in definition.get("volumes") or []:
        yield from (f"volumes.{name}" for name in _asked(volume) if name not in ("name", "host"))
    for container in definition.get("containerDefinitions") or []:
        yield from (f"containerDefinitions.{name}" for name in _asked(container) if name not in _HONOURED)
        linux = container.get("linuxParameters") or {}
        yield from (f"linuxParameters.{name}" for name in _asked(linux) if name not in _HONOURED_LINUX)
        log = container.get("logConfiguration") or {}
        driver = log.get("logDriver", _LOG_DRIVERS[0])
        if driver not in _LOG_DRIVERS:
            yield f"logDriver {driver}"
        elif driver == "awslogs":
            yield from (name for name in log.get("options") or {} if name not in _LOG_OPTIONS)
        if log.get("secretOptions"):
            yield "logConfiguration.secretOptions"
        for mapping in container.get("portMappings") or []:
            if mapping.get("containerPortRange"):
                yield "portMappings.containerPortRange"


def _asked(values: Definition) -> Iterator[str]:
    yield from (name for name, value in values.items() if value not in (None, "", False, [], {}))
