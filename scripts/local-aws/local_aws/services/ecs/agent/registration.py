"""How the agent of a machine registers it: as a new container instance, or as the one of its checkpoint."""

import json
import uuid
from dataclasses import dataclass
from typing import Any

from moto.ecs.exceptions import ClusterNotFoundException
from moto.ecs.models import ecs_backends

from .. import container_instances, resources
from ..deployments import moment
from ..launching import TASK_ROLE
from ..records import INSTANCES, Record, kept, last_part, touch
from . import roles
from .config import FILE, Config

CHECKPOINT = "/var/lib/ecs/data/agent.db"
AGENT_VERSION = "0.0.0"


class NotNow(Exception):
    """A registration that fails, and is tried again. One sentence."""


class Never(Exception):
    """A registration that cannot succeed before somebody changes something on the machine. One sentence."""


@dataclass(frozen=True)
class Checkpoint:
    """What the agent keeps on its machine. Without `arn`, it has registered nothing yet."""

    arn: str = ""
    instance_id: str = ""
    cluster: str = ""
    pulled: tuple[str, ...] = ()

    @classmethod
    def read(cls, text: str) -> "Checkpoint":
        """Returns what a file says. An empty or broken file says nothing."""
        try:
            told = json.loads(text)
            return cls(
                told["ContainerInstanceArn"], told["EC2InstanceID"], told["Cluster"], tuple(told["PulledImages"])
            )
        except (ValueError, KeyError, TypeError):
            return cls()

    def text(self) -> str:
        """Returns what is to be in the file."""
        told = {
            "ContainerInstanceArn": self.arn,
            "EC2InstanceID": self.instance_id,
            "Cluster": self.cluster,
            "PulledImages": list(self.pulled),
        }
        return json.dumps(told) + "\n"


def register(machine: Any, config: Config, checkpoint: Checkpoint, docker_version: str, process: int) -> str:
    """Registers a machine, and returns the ARN of its container instance. Raises NotNow, Never.

    Whoever calls it may change the state.
    """
    backend = ecs_backends[machine.ec2_backend.account_id][machine.ec2_backend.region_name]
    actor = roles.of_instance(machine)
    cluster = _cluster(backend, config, actor)
    instance = _of_checkpoint(backend, machine, config, checkpoint) or _new(backend, machine, cluster)
    arn = instance["containerInstanceArn"]
    # Without one of these, AWS's agent registers nothing, connects to nothing, or reports nothing.
    for action, resource in (
        ("ecs:RegisterContainerInstance", cluster.arn),
        ("ecs:DiscoverPollEndpoint", "*"),
        ("ecs:Poll", arn),
        ("ecs:SubmitContainerStateChange", cluster.arn),
        ("ecs:SubmitTaskStateChange", cluster.arn),
    ):
        _require(actor, action, resource)
    told = {
        "registeredResources": _resources(machine, config),
        "attributes": _attributes(machine, config, instance["attributes"]),
        "versionInfo": {"agentVersion": AGENT_VERSION, "dockerVersion": f"DockerVersion: {docker_version}"},
    }
    instance["local"]["process"] = process
    touch(backend, INSTANCES)[last_part(arn)] = instance
    tags = [{"key": name, "value": value} for name, value in config.tags.items()]
    container_instances.change(backend, instance, **told, tags=tags or instance["tags"], agentConnected=True)
    return arn


def _cluster(backend: Any, config: Config, actor: roles.Actor) -> Any:
    try:
        cluster = backend._get_cluster(config.cluster)
    except ClusterNotFoundException:
        if config.cluster != Config.cluster:
            raise NotNow(f"registration failed: ClientException: Cluster {config.cluster} not found") from None
        # AWS's agent makes the cluster `default`, and no other.
        _require(actor, "ecs:CreateCluster", "*")
        return backend.create_cluster(config.cluster)
    if cluster.status != "ACTIVE":
        raise NotNow(f"registration failed: ClientException: Cluster {config.cluster} is {cluster.status}")
    return cluster


def _require(actor: roles.Actor, action: str, resource: str) -> None:
    try:
        actor.require(action, resource)
    except roles.Denied as error:
        raise NotNow(f"registration failed: {error}") from error


def _of_checkpoint(backend: Any, machine: Any, config: Config, checkpoint: Checkpoint) -> Record | None:
    if not checkpoint.arn or checkpoint.instance_id != machine.id:
        # The checkpoint of another machine came with the image that was made of that one.
        return None
    if checkpoint.cluster != config.cluster:
        raise Never(
            f"Data mismatch; saved cluster '{checkpoint.cluster}' does not match configured cluster '{config.cluster}'."
            f" Delete {CHECKPOINT}, or change ECS_CLUSTER in {FILE}."
        )
    instance = kept(backend, INSTANCES).get(last_part(checkpoint.arn))
    if instance is None or instance["status"] == "INACTIVE":
        raise Never(
            f"the container instance {checkpoint.arn} is INACTIVE: delete {CHECKPOINT}, and start the agent again"
        )
    registered = _attribute(instance["attributes"], "ecs.instance-type")
    if registered != machine.instance_type:
        raise Never(
            "The current instance type does not match the registered instance type. Please revert the instance type"
            f" change, or alternatively launch a new instance: it was {registered}, and is {machine.instance_type}."
            f" Or delete {CHECKPOINT}."
        )
    return instance


def _new(backend: Any, machine: Any, cluster: Any) -> Record:
    instance_id = uuid.uuid4().hex
    arn = f"arn:aws:ecs:{backend.region_name}:{backend.account_id}:container-instance/{cluster.name}/{instance_id}"
    return {
        "containerInstanceArn": arn,
        "ec2InstanceId": machine.id,
        "version": 0,
        "status": "ACTIVE",
        "agentConnected": False,
        "registeredResources": [],
        "attributes": [],
        "attachments": [],
        "tags": [],
        "registeredAt": moment(),
        "local": {"clusterArn": cluster.arn},
    }


def _resources(machine: Any, config: Config) -> list[Record]:
    types = machine.ec2_backend.describe_instance_types([machine.instance_type])
    processors, memory = types[0]["VCpuInfo"]["DefaultVCpus"], types[0]["MemoryInfo"]["SizeInMiB"]
    return resources.of_instance(processors, memory, config.kept_mib, config.kept_ports)


def _attributes(machine: Any, config: Config, present: list[dict[str, str]]) -> list[dict[str, str]]:
    own = {
        "ecs.ami-id": machine.image_id,
        "ecs.availability-zone": str(machine.availability_zone),
        "ecs.instance-type": machine.instance_type,
        "ecs.os-type": "linux",
        "ecs.os-family": "LINUX",
        "ecs.cpu-architecture": machine.architecture,
        "ecs.subnet-id": machine.subnet_id,
        "ecs.vpc-id": machine.vpc_id,
        **config.attributes,
    }
    capabilities = [f"com.amazonaws.ecs.capability.logging-driver.{driver}" for driver in config.log_drivers]
    capabilities += [TASK_ROLE] if config.has_task_roles else []
    found = [{"name": name, "value": str(value)} for name, value in own.items() if value]
    found += [{"name": name} for name in capabilities]
    names = {each["name"] for each in found}
    # Those that PutAttributes added stay.
    return [*found, *(each for each in present if each["name"] not in names)]


def _attribute(attributes: list[dict[str, str]], name: str) -> str | None:
    return next((each.get("value") for each in attributes if each["name"] == name), None)
