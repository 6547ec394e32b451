"""The region of a request. moto looks for it in the host alone: on one address, every cluster would be in us-east-1."""

from typing import Any

from moto.core.responses import BaseResponse
from moto.emr.responses import ElasticMapReduceResponse

from local_aws.core.operations import correction


def install() -> None:
    """Takes the region from the signature, as in every other service."""
    correction(ElasticMapReduceResponse, "get_region_from_url")(region_of_signature)


def region_of_signature(_original: Any, response: ElasticMapReduceResponse, request: Any, full_url: str) -> str:
    """Returns the region that a request is signed for."""
    return BaseResponse.get_region_from_url(response, request, full_url)
