"""Takes this host's container instances out of the ECS cluster, and forgets what the agent knew of them.

Usage: python3 leave_cluster.py CONFIGURATION boot|shutdown
At shutdown, ECS then starts the tasks elsewhere at once, and the host that comes back, or its successor, joins as a new
container instance. At boot, before the agent starts, this makes up for a shutdown that was cut off, and also takes out
container instances whose EC2 instance is gone for ever. It leaves every other host alone.
Exit codes: 0 done; 1 not, and one sentence on stderr says what, where and the fix.
"""

import contextlib
import os
import re
import sys

import configuration
from aws_calls import ProblemError, code_of, instance_id, json_call, patiently, query_call

# The agent's memory. An agent that remembers a container instance that is no longer registered does not start.
CHECKPOINT = "/var/lib/ecs/data/agent.db"
LIMITS_SEC = {"boot": 60, "shutdown": 20}
PAGE = 100


def main(file, moment):
    """Leaves the cluster, or ends the program with a sentence."""
    try:
        host = configuration.read(file)
        leave(host["region"], host["cluster"], moment)
    except configuration.ConfigurationError as error:
        sys.exit(f"leave-cluster: {error}")
    except ProblemError as problem:
        sys.exit(
            f"leave-cluster: expected to take this host out of the cluster {host['cluster']}, got {problem}; let its "
            "role call ecs:ListContainerInstances, DescribeContainerInstances and DeregisterContainerInstance"
        )


def leave(region, cluster, moment):
    """Deregisters what must not stay registered, and removes the agent's checkpoint."""
    limit_sec = LIMITS_SEC[moment]
    own_id = patiently(limit_sec, instance_id)
    registered = patiently(limit_sec, container_instances, region, cluster)
    for arn in [arn for arn, host in registered.items() if host == own_id]:
        patiently(limit_sec, deregister, region, cluster, arn)
    remove_checkpoint()
    if moment == "boot":
        deregister_gone(region, cluster, {arn: host for arn, host in registered.items() if host != own_id})


def container_instances(region, cluster):
    """Returns the EC2 instance of each container instance of the cluster, by ARN."""
    arns, page = [], {}
    try:
        while True:
            page = ecs(region, "ListContainerInstances", {"cluster": cluster, **next_of(page)})
            arns += page["containerInstanceArns"]
            if not next_of(page):
                break
    except ProblemError as problem:
        if code_of(problem) == "ClusterNotFoundException":
            return {}
        raise
    found = {}
    for first in range(0, len(arns), PAGE):
        wanted = {"cluster": cluster, "containerInstances": arns[first : first + PAGE]}
        for each in ecs(region, "DescribeContainerInstances", wanted)["containerInstances"]:
            found[each["containerInstanceArn"]] = each.get("ec2InstanceId")
    return found


def next_of(page):
    """Returns the argument that asks for the page after this one."""
    return {"nextToken": page["nextToken"]} if page.get("nextToken") else {}


def deregister(region, cluster, arn):
    """Deregisters a container instance, whatever runs there. One that is not registered is no problem."""
    try:
        ecs(region, "DeregisterContainerInstance", {"cluster": cluster, "containerInstance": arn, "force": True})
    except ProblemError as problem:
        # ECS answers so for one that it does not know.
        if code_of(problem) not in ("InvalidParameterException", "ClusterNotFoundException"):
            raise
    print(f"leave-cluster: {arn} is no longer in the cluster {cluster}")


def deregister_gone(region, cluster, others):
    """Deregisters those whose EC2 instance is terminated. A host that is stopped or does not answer may come back."""
    hosts = sorted({host for host in others.values() if host})
    if not hosts:
        return
    try:
        alive = living(region, hosts)
    except ProblemError as problem:
        words = f"expected the states of {', '.join(hosts)}, got {problem}"
        print(f"leave-cluster: {words}; let the role of this host call ec2:DescribeInstances", file=sys.stderr)
        return
    for arn in [arn for arn, host in others.items() if host and host not in alive]:
        deregister(region, cluster, arn)


def living(region, hosts):
    """Returns which of the EC2 instances are not terminated."""
    parameters = {"Filter.1.Name": "instance-id"}
    parameters.update({f"Filter.1.Value.{number}": host for number, host in enumerate(hosts, 1)})
    for number, state in enumerate(("pending", "running", "shutting-down", "stopping", "stopped"), 1):
        parameters.update({"Filter.2.Name": "instance-state-name", f"Filter.2.Value.{number}": state})
    answer = query_call("ec2", region, "2016-11-15", "DescribeInstances", parameters)
    return set(re.findall(r"<instanceId>([^<]+)<", answer))


def ecs(region, operation, arguments):
    """Returns the answer of ECS."""
    return json_call("ecs", region, f"AmazonEC2ContainerServiceV20141113.{operation}", arguments)


def remove_checkpoint():
    """Removes the agent's checkpoint."""
    with contextlib.suppress(FileNotFoundError):
        os.remove(CHECKPOINT)


if __name__ == "__main__":
    main(*sys.argv[1:])
