"""Policies of clusters: managed scaling, and ending when idle. They are kept and returned, and do nothing."""

from typing import Any

from moto.emr.models import emr_backends
from moto.emr.responses import ElasticMapReduceResponse

from local_aws.core.operations import Call, operation

from .store import cluster_of, require_alive

POLICIES = ("ManagedScalingPolicy", "AutoTerminationPolicy")


def install() -> None:
    """Adds the calls."""
    for name in POLICIES:
        operation(ElasticMapReduceResponse, f"Put{name}", emr_backends)(_put(name))
        operation(ElasticMapReduceResponse, f"Get{name}", emr_backends)(_get(name))
        operation(ElasticMapReduceResponse, f"Remove{name}", emr_backends)(_remove(name))


def _put(name: str) -> Any:
    def put(call: Call) -> None:
        cluster = cluster_of(call, call.parameters["ClusterId"])
        require_alive(cluster)
        cluster[name] = call.parameters[name]

    return put


def _get(name: str) -> Any:
    def get(call: Call) -> dict[str, Any]:
        policy = cluster_of(call, call.parameters["ClusterId"])[name]
        return {name: policy} if policy else {}

    return get


def _remove(name: str) -> Any:
    def remove(call: Call) -> None:
        cluster_of(call, call.parameters["ClusterId"])[name] = None

    return remove
