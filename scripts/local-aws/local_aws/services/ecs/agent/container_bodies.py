"""What Docker is told of a container: ECS's definition in Docker's words. Pure.

Source: https://docs.docker.com/reference/api/engine/version/v1.45/ (read 2026-11).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Definition = Mapping[str, Any]

# Programs in a container trust the machine's certificates, among which is the local authority's.
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
CERTIFICATE_VARIABLES = ("AWS_CA_BUNDLE", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS")
LABEL = "com.amazonaws.ecs."
_NANO = 1_000_000_000
_MIB = 1024 * 1024
_HEALTH_DEFAULTS = {"interval": 30, "timeout": 5, "retries": 3, "startPeriod": 0}


@dataclass(frozen=True)
class Surroundings:
    """What a container gets beside its definition. `environment` is added to its own."""

    cluster: str
    task_arn: str
    override: Definition = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)
    has_certificates: bool = True


def name_of(task: Definition, container: Definition, task_id: str) -> str:
    """Returns the name of a container, as AWS's agent forms it."""
    return f"ecs-{task['family']}-{task['revision']}-{container['name']}-{task_id[:20]}"


def volume_name(task: Definition, volume: str, task_id: str) -> str:
    """Returns the name of Docker's volume of a task, for a volume that is no folder of the host."""
    return f"ecs-{task['family']}-{task['revision']}-{volume}-{task_id[:20]}"


def body_of(task: Definition, container: Definition, around: Surroundings) -> dict[str, Any]:
    """Returns the body of Docker's call that makes a container."""
    body = {
        "Image": container["image"],
        "Env": [f"{name}={value}" for name, value in _environment(container, around).items()],
        "Entrypoint": container.get("entryPoint"),
        "Cmd": around.override.get("command") or container.get("command"),
        "WorkingDir": container.get("workingDirectory"),
        "User": container.get("user"),
        "Hostname": container.get("hostname"),
        "Tty": container.get("pseudoTerminal"),
        "OpenStdin": container.get("interactive"),
        "NetworkDisabled": container.get("disableNetworking"),
        "Labels": {**(container.get("dockerLabels") or {}), **_labels(task, container, around)},
        "ExposedPorts": {_port(each): {} for each in container.get("portMappings") or []},
        "Healthcheck": health_check_of(container),
        "HostConfig": _host(task, container, around),
    }
    return {name: value for name, value in body.items() if value not in (None, [], {})}


def health_check_of(container: Definition) -> dict[str, Any] | None:
    """Returns Docker's health check. Without one of the definition, that of the image does not count in ECS."""
    check = container.get("healthCheck")
    if not check:
        return None
    values = {**_HEALTH_DEFAULTS, **{name: value for name, value in check.items() if value is not None}}
    return {
        "Test": check["command"],
        "Interval": values["interval"] * _NANO,
        "Timeout": values["timeout"] * _NANO,
        "Retries": values["retries"],
        "StartPeriod": values["startPeriod"] * _NANO,
    }


def bindings_of(ports: Mapping[str, Sequence[Mapping[str, str]] | None]) -> list[dict[str, Any]]:
    """Returns the network bindings of a container that runs, from what Docker says of its ports."""
    found = []
    for name, bound in ports.items():
        port, _, protocol = name.partition("/")
        for each in bound or []:
            if ":" not in each["HostIp"]:
                found.append(
                    {
                        "bindIP": each["HostIp"],
                        "containerPort": int(port),
                        "hostPort": int(each["HostPort"]),
                        "protocol": protocol,
                    }
                )
    return found


def _environment(container: Definition, around: Surroundings) -> dict[str, str]:
    certificates = dict.fromkeys(CERTIFICATE_VARIABLES, CERTIFICATES) if around.has_certificates else {}
    own = {each["name"]: each.get("value", "") for each in container.get("environment") or []}
    changed = {each["name"]: each.get("value", "") for each in around.override.get("environment") or []}
    return {
        **certificates,
        **own,
        **around.secrets,
        **changed,
        "AWS_EXECUTION_ENV": "AWS_ECS_EC2",
        **around.environment,
    }


def _labels(task: Definition, container: Definition, around: Surroundings) -> dict[str, str]:
    told = {
        "cluster": around.cluster,
        "container-name": container["name"],
        "task-arn": around.task_arn,
        "task-definition-family": task["family"],
        "task-definition-version": str(task["revision"]),
    }
    return {f"{LABEL}{name}": value for name, value in told.items()}


def _host(task: Definition, container: Definition, around: Surroundings) -> dict[str, Any]:
    linux = container.get("linuxParameters") or {}
    capabilities = linux.get("capabilities") or {}
    memory, reservation = container.get("memory"), container.get("memoryReservation")
    host = {
        "Binds": [*_binds(task, container, around)],
        "PortBindings": {_port(each): [{"HostPort": _host_port(each)}] for each in container.get("portMappings") or []},
        "NetworkMode": task.get("networkMode") or "bridge",
        "PidMode": "host" if task.get("pidMode") == "host" else None,
        "ExtraHosts": [f"{each['hostname']}:{each['ipAddress']}" for each in container.get("extraHosts") or []],
        "Dns": container.get("dnsServers"),
        "DnsSearch": container.get("dnsSearchDomains"),
        "ReadonlyRootfs": container.get("readonlyRootFilesystem"),
        "Privileged": container.get("privileged"),
        "SecurityOpt": container.get("dockerSecurityOptions"),
        "Sysctls": {each["namespace"]: each["value"] for each in container.get("systemControls") or []},
        "Ulimits": [
            {"Name": each["name"], "Soft": each["softLimit"], "Hard": each["hardLimit"]}
            for each in container.get("ulimits") or []
        ],
        "Init": linux.get("initProcessEnabled"),
        "CapAdd": capabilities.get("add"),
        "CapDrop": capabilities.get("drop"),
        "ShmSize": (linux.get("sharedMemorySize") or 0) * _MIB or None,
        "Tmpfs": {each["containerPath"]: _tmpfs(each) for each in linux.get("tmpfs") or []},
        "LogConfig": {"Type": _log_driver(container)},
        # Docker of a machine here discards limits of memory, and keeps shares of processors.
        "Memory": memory * _MIB if memory else None,
        "MemoryReservation": reservation * _MIB if reservation else None,
        "CpuShares": container.get("cpu") or None,
    }
    return {name: value for name, value in host.items() if value not in (None, [], {})}


def _binds(task: Definition, container: Definition, around: Surroundings) -> list[str]:
    volumes = {each["name"]: (each.get("host") or {}).get("sourcePath") for each in task.get("volumes") or []}
    task_id = around.task_arn.rpartition("/")[2]
    binds = []
    for mount in container.get("mountPoints") or []:
        source = volumes[mount["sourceVolume"]] or volume_name(task, mount["sourceVolume"], task_id)
        binds.append(f"{source}:{mount['containerPath']}{':ro' if mount.get('readOnly') else ''}")
    if around.has_certificates:
        binds.append(f"{CERTIFICATES}:{CERTIFICATES}:ro")
    return binds


def _port(mapping: Definition) -> str:
    return f"{mapping['containerPort']}/{mapping.get('protocol') or 'tcp'}"


def _host_port(mapping: Definition) -> str:
    # Docker chooses a port for an empty one.
    return str(mapping.get("hostPort") or "")


def _tmpfs(mount: Definition) -> str:
    return ",".join([f"size={mount['size']}m", *(mount.get("mountOptions") or [])])


def _log_driver(container: Definition) -> str:
    # The agent reads what Docker keeps, and sends it to CloudWatch Logs.
    driver = (container.get("logConfiguration") or {}).get("logDriver") or "json-file"
    return "json-file" if driver == "awslogs" else driver
