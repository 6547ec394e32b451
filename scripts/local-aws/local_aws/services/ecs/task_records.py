"""Tasks as records: how one begins, what happens to it, and how it ends. Whoever calls this may change the state."""

import uuid
from collections.abc import Mapping
from typing import Any

from moto.core.base_backend import BaseBackend

from . import events
from .deployments import moment
from .records import TASKS, Record, last_part, told, touch
from .resources import needs_of

STOPPED_BY_USER = "Task stopped by user"


def make(
    backend: BaseBackend,
    definition: Mapping[str, Any],
    instance: Record,
    asked: Mapping[str, Any],
    *,
    has_managed_tags: bool = False,
) -> Record:
    """Makes a task on a container instance, whose agent takes it from there.

    `asked` may have `group`, `startedBy`, `launchType`, `capacityProviderName`, `overrides`, `tags`, `service`.
    """
    cluster_arn = instance["local"]["clusterArn"]
    cluster, start = last_part(cluster_arn), f"arn:aws:ecs:{backend.region_name}:{backend.account_id}"
    task_id = uuid.uuid4().hex
    arn = f"{start}:task/{cluster}/{task_id}"
    needs = needs_of(definition)
    where = "capacityProviderName" if asked.get("capacityProviderName") else "launchType"
    zone = next((each["value"] for each in instance["attributes"] if each["name"] == "ecs.availability-zone"), "")
    task: Record = {
        "taskArn": arn,
        "clusterArn": cluster_arn,
        "taskDefinitionArn": definition["taskDefinitionArn"],
        "containerInstanceArn": instance["containerInstanceArn"],
        "availabilityZone": zone,
        where: asked.get(where) or "EC2",
        "group": asked.get("group") or f"family:{definition['family']}",
        "startedBy": asked.get("startedBy") or "",
        "lastStatus": "PROVISIONING",
        "desiredStatus": "RUNNING",
        "healthStatus": "UNKNOWN",
        "cpu": str(needs["cpu"]),
        "memory": str(needs["memory"]),
        "containers": [
            _container(f"{start}:container/{cluster}/{task_id}", arn, each) for each in _containers(definition)
        ],
        "overrides": asked.get("overrides") or {"containerOverrides": []},
        "tags": [*(asked.get("tags") or []), *(_managed_tags(cluster, asked) if has_managed_tags else [])],
        "attributes": [],
        "attachments": [],
        "inferenceAccelerators": [],
        "enableExecuteCommand": False,
        "createdAt": moment(),
        "version": 1,
        "local": {
            "definition": definition,
            "needs": needs,
            "isChecked": any(
                each.get("healthCheck") and each.get("essential", True) for each in _containers(definition)
            ),
            # Whoever knows it gets the credentials of the task's role.
            "credentialsId": str(uuid.uuid4()),
            "service": asked.get("service"),
            "isCounted": False,
            "logs": {},
        },
    }
    touch(backend, TASKS)[task_id] = task
    tell(backend, task)
    return task


def change(backend: BaseBackend, task: Record, **fields: Any) -> bool:
    """Changes fields of a task, and tells EventBridge of it. Says whether anything is new."""
    if all(task.get(name) == value for name, value in fields.items()):
        return False
    touch(backend, TASKS)
    task.update(fields)
    task["version"] += 1
    tell(backend, task)
    return True


def stop(backend: BaseBackend, task: Record, reason: str, code: str) -> None:
    """Asks for the end of a task. One that no agent has taken is STOPPED at once."""
    if task["desiredStatus"] == "STOPPED":
        return
    is_taken = task["lastStatus"] != "PROVISIONING"
    fields = {"desiredStatus": "STOPPED", "stoppedReason": reason, "stopCode": code, "stoppingAt": moment()}
    if is_taken:
        change(backend, task, **fields, lastStatus="DEACTIVATING" if task["lastStatus"] == "RUNNING" else "STOPPING")
    else:
        task.update(fields)
        finish(backend, task)


def finish(backend: BaseBackend, task: Record, reason: str = "", code: str = "") -> None:
    """Ends a task, whatever it was doing. The first reason stays."""
    if task["lastStatus"] == "STOPPED":
        return
    now = moment()
    containers = [{**each, "lastStatus": "STOPPED"} for each in task["containers"]]
    change(
        backend,
        task,
        lastStatus="STOPPED",
        desiredStatus="STOPPED",
        containers=containers,
        stoppedReason=task.get("stoppedReason") or reason,
        stopCode=task.get("stopCode") or code,
        stoppingAt=task.get("stoppingAt") or now,
        executionStoppedAt=task.get("executionStoppedAt") or now,
        stoppedAt=now,
    )


def tell(backend: BaseBackend, task: Record) -> None:
    """Sends EventBridge the state of a task."""
    events.emit(backend, events.TASK, [task["taskArn"]], {**told(task), "updatedAt": moment()})


def _containers(definition: Mapping[str, Any]) -> list[dict[str, Any]]:
    return definition["containerDefinitions"]


def _container(start: str, task_arn: str, definition: Mapping[str, Any]) -> Record:
    sizes = {
        name: str(definition[name])
        for name in ("cpu", "memory", "memoryReservation")
        if definition.get(name) is not None
    }
    return {
        "containerArn": f"{start}/{uuid.uuid4()}",
        "taskArn": task_arn,
        "name": definition["name"],
        "image": definition["image"],
        "lastStatus": "PENDING",
        "networkBindings": [],
        "networkInterfaces": [],
        "healthStatus": "UNKNOWN",
        **sizes,
    }


def _managed_tags(cluster: str, asked: Mapping[str, Any]) -> list[dict[str, str]]:
    tags = [{"key": "aws:ecs:clusterName", "value": cluster}]
    if asked.get("service"):
        tags.append({"key": "aws:ecs:serviceName", "value": asked["service"].partition(":")[2]})
    return tags
