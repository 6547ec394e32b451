"""What ECS keeps in the store of an account and region: container instances, tasks and services, as AWS returns them.

A record has our own part under `local`, which no answer has.
"""

from typing import Any

from moto.core.base_backend import BaseBackend

from local_aws.core.stores import ATTRIBUTE, store_of

Record = dict[str, Any]
INSTANCES, TASKS, SERVICES = "containerInstances", "tasks", "services"


def kept(backend: BaseBackend, kind: str) -> dict[str, Record]:
    """Returns the records of one kind, by their id. Reads alone: whoever changes one calls `touch`."""
    return vars(backend).get(ATTRIBUTE, {}).get(kind, {})


def touch(backend: BaseBackend, kind: str) -> dict[str, Record]:
    """Returns the records of one kind to change them."""
    return store_of(backend).setdefault(kind, {})


def told(record: Record) -> Record:
    """Returns a record as an answer has it."""
    return {key: value for key, value in record.items() if key not in ("local", "state")}


def last_part(name_or_arn: str) -> str:
    """Returns the name or id at the end of an ARN. A name is returned as it is."""
    return name_or_arn.rpartition("/")[2]


def failure(backend: BaseBackend, kind: str, name: str, reason: str = "MISSING") -> dict[str, str]:
    """Returns a failure of an answer: what is missing, by its ARN."""
    start = f"arn:aws:ecs:{backend.region_name}:{backend.account_id}:"
    return {"arn": name if name.startswith("arn:") else f"{start}{kind}/{name}", "reason": reason}


def tasks_in(backend: BaseBackend, cluster_arn: str) -> list[Record]:
    """Returns the tasks of a cluster, also those that are STOPPED."""
    return [each for each in list(kept(backend, TASKS).values()) if each["clusterArn"] == cluster_arn]


def instances_in(backend: BaseBackend, cluster_arn: str) -> list[Record]:
    """Returns the container instances of a cluster that are registered."""
    return [
        each
        for each in list(kept(backend, INSTANCES).values())
        if each["local"]["clusterArn"] == cluster_arn and each["status"] != "INACTIVE"
    ]


def tasks_on(backend: BaseBackend, instance_arn: str) -> list[Record]:
    """Returns the tasks of a container instance that are not STOPPED."""
    return [
        each
        for each in list(kept(backend, TASKS).values())
        if each.get("containerInstanceArn") == instance_arn and each["lastStatus"] != "STOPPED"
    ]


def is_pending(task: Record) -> bool:
    """Says whether a task is about to run."""
    return task["lastStatus"] in ("PROVISIONING", "PENDING", "ACTIVATING")
