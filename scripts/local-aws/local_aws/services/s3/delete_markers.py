"""What S3 refuses of a delete marker. moto says that the version does not exist."""

from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

from moto.s3.exceptions import MethodNotAllowed, S3ClientError
from moto.s3.models import FakeDeleteMarker
from moto.s3.responses import S3Response

from local_aws.core.operations import correction


def install() -> None:
    """Makes moto refuse what S3 refuses."""
    correction(S3Response, "_get_key")(refuse_marker)
    for name in ("copy_object", "upload_part_copy"):
        correction(S3Response, name)(refuse_marker_as_source)


def refuse_marker(original: Any, response: S3Response, *args: Any, **keywords: Any) -> Any:
    """Refuses to read a version that is a delete marker."""
    version_id = response.querystring.get("versionId", [None])[0]
    if version_id and _is_marker(response, response.bucket_name, response.parse_key_name(), version_id):
        raise MethodNotAllowed(method=response.method, resource_type="DeleteMarker")
    return original(response, *args, **keywords)


def refuse_marker_as_source(original: Any, response: S3Response) -> Any:
    """Refuses to copy a version that is a delete marker."""
    source = urlparse(str(response.headers.get("x-amz-copy-source")))
    bucket, key = unquote(source.path).lstrip("/").split("/", 1)
    version_id = parse_qs(source.query).get("versionId", [None])[0]
    if version_id and _is_marker(response, bucket, key, version_id):
        raise S3ClientError(
            "InvalidRequest",
            "The source of a copy request may not specifically refer to a delete marker by version id.",
        )
    return original(response)


def _is_marker(response: S3Response, bucket_name: str, key_name: str, version_id: str) -> bool:
    found = response.backend.get_object(bucket_name, key_name, version_id, return_delete_marker=True)
    return isinstance(found, FakeDeleteMarker)
