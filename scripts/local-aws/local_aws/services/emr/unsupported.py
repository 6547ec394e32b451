"""Calls that moto answers from clusters of its own, of which there are none."""

from typing import Any

from moto.emr.responses import ElasticMapReduceResponse

from local_aws.core.operations import correction

CALLS = ("describe_job_flows", "put_auto_scaling_policy", "remove_auto_scaling_policy")


def install() -> None:
    """Makes these calls fail with their name."""
    for name in CALLS:
        correction(ElasticMapReduceResponse, name)(refuse)


def refuse(_original: Any, response: ElasticMapReduceResponse) -> None:
    """Fails."""
    raise NotImplementedError(response._get_action())
