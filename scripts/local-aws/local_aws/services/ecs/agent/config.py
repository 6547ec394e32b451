"""/etc/ecs/ecs.config, as AWS's agent reads it, with the defaults of Amazon's ECS-optimized images. Pure.

Source: https://github.com/aws/amazon-ecs-agent/blob/master/README.md (read 2026-11).
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

FILE = "/etc/ecs/ecs.config"
PULL_BEHAVIORS = ("default", "always", "once", "prefer-cached")
_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


@dataclass(frozen=True)
class Config:
    """What the agent was told. Durations are in seconds."""

    cluster: str = "default"
    pull_behavior: str = "default"
    has_task_roles: bool = True
    log_drivers: Sequence[str] = ("json-file", "syslog", "awslogs", "fluentd", "none")
    attributes: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    kept_mib: int = 0
    kept_ports: Sequence[str] = ()
    stop_sec: float = 30
    cleanup_sec: float = 3 * 3600


def read(text: str) -> tuple[Config, list[str]]:
    """Returns a configuration, and a sentence for each value that is none: that one has its default."""
    values = _values(text)
    problems: list[str] = []

    def take(name: str, parse: Any, default: Any) -> Any:
        if not values.get(name):
            return default
        try:
            return parse(values[name])
        except (ValueError, TypeError) as error:
            problems.append(f"{FILE}: {name} is {values[name]!r}: {error}")
            return default

    config = Config(
        cluster=values.get("ECS_CLUSTER") or Config.cluster,
        pull_behavior=take("ECS_IMAGE_PULL_BEHAVIOR", _pull_behavior, Config.pull_behavior),
        has_task_roles=take("ECS_ENABLE_TASK_IAM_ROLE", _boolean, Config.has_task_roles),
        log_drivers=take("ECS_AVAILABLE_LOGGING_DRIVERS", _texts, Config.log_drivers),
        attributes=take("ECS_INSTANCE_ATTRIBUTES", _pairs, {}),
        tags=take("ECS_CONTAINER_INSTANCE_TAGS", _pairs, {}),
        kept_mib=take("ECS_RESERVED_MEMORY", int, Config.kept_mib),
        kept_ports=take("ECS_RESERVED_PORTS", _texts, Config.kept_ports),
        stop_sec=take("ECS_CONTAINER_STOP_TIMEOUT", seconds, Config.stop_sec),
        cleanup_sec=take("ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION", seconds, Config.cleanup_sec),
    )
    return config, problems


def seconds(duration: str) -> float:
    """Returns a duration such as `1h30m` in seconds. Raises ValueError."""
    if not re.fullmatch(f"(?:{_DURATION.pattern})+", duration):
        raise ValueError("expected a duration such as 10m")
    return sum(float(number) * _UNITS[unit] for number, unit in _DURATION.findall(duration))


def _values(text: str) -> dict[str, str]:
    lines = [line.strip() for line in text.splitlines()]
    pairs = [line.partition("=") for line in lines if "=" in line and not line.startswith("#")]
    return {name.strip(): value.strip() for name, _, value in pairs}


def _pull_behavior(text: str) -> str:
    if text not in PULL_BEHAVIORS:
        raise ValueError(f"expected one of {', '.join(PULL_BEHAVIORS)}")
    return text


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise ValueError("expected true or false")
    return text.lower() == "true"


def _texts(text: str) -> list[str]:
    found = json.loads(text)
    if not isinstance(found, list):
        raise ValueError("expected a list")
    return [str(each) for each in found]


def _pairs(text: str) -> dict[str, str]:
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("expected an object")
    return {str(name): str(value) for name, value in found.items()}
