"""Tags of clusters."""

from moto.emr.models import emr_backends
from moto.emr.responses import ElasticMapReduceResponse

from local_aws.core.operations import Call, operation

from .store import cluster_of


def install() -> None:
    """Replaces moto's calls."""
    operation(ElasticMapReduceResponse, "AddTags", emr_backends)(add_tags)
    operation(ElasticMapReduceResponse, "RemoveTags", emr_backends)(remove_tags)


def add_tags(call: Call) -> None:
    """Adds or changes tags of a cluster."""
    cluster, tags = cluster_of(call, call.parameters["ResourceId"]), call.parameters["Tags"]
    changed = {tag["Key"] for tag in tags}
    cluster["Tags"] = [tag for tag in cluster["Tags"] if tag["Key"] not in changed] + tags


def remove_tags(call: Call) -> None:
    """Removes tags of a cluster."""
    cluster = cluster_of(call, call.parameters["ResourceId"])
    cluster["Tags"] = [tag for tag in cluster["Tags"] if tag["Key"] not in call.parameters["TagKeys"]]
