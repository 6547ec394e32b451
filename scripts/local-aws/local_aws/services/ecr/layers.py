"""The calls about layers. Clients push and pull them over the registry's own protocol."""

from typing import Any

from moto.ecr.models import ecr_backends
from moto.ecr.responses import ECRResponse

from local_aws.core.operations import Call, operation

from . import contents, images
from .manifests import DIGEST
from .repositories import repository_of

# moto takes these layers into its own memory, where no image has them.
REFUSED = ("InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "GetDownloadUrlForLayer")


def install() -> None:
    """Replaces moto's calls."""
    operation(ECRResponse, "BatchCheckLayerAvailability", ecr_backends)(batch_check_layer_availability)
    for name in REFUSED:
        operation(ECRResponse, name, ecr_backends)(refuse)


def batch_check_layer_availability(call: Call) -> dict[str, Any]:
    """Says which layers a repository has."""
    record = images.record_to_read(call.backend, repository_of(call).name)
    layers, failures = [], []
    for digest in call.parameters["layerDigests"]:
        if not DIGEST.fullmatch(digest):
            failures.append(_failure(digest, "InvalidLayerDigest", f"Invalid layer digest '{digest}'"))
            continue
        size = contents.size_of_layer(record["id"], digest) if record["id"] else None
        if size is None:
            failures.append(_failure(digest, "MissingLayerDigest", f"Layer digest '{digest}' could not be found"))
        else:
            layers.append({"layerDigest": digest, "layerAvailability": "AVAILABLE", "layerSize": size})
    return {"layers": layers, "failures": failures}


def refuse(_call: Call) -> None:
    """Refuses a call by its name."""
    raise NotImplementedError


def _failure(digest: str, code: str, reason: str) -> dict[str, str]:
    return {"layerDigest": digest, "failureCode": code, "failureReason": reason}
