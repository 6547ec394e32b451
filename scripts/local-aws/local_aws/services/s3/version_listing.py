"""ListObjectVersions. moto's pages lose versions.

moto finds the next page by the version that ended the last one. Whoever empties a bucket has deleted that version, and
then gets an empty page: the bucket is never empty, and never deleted.
"""

from collections.abc import Iterator
from typing import Any

from moto.core.responses import ActionResult
from moto.s3.models import OWNER, FakeBucket, FakeDeleteMarker
from moto.s3.responses import S3Response

from local_aws.core.operations import correction

# S3's limit of a page.
MOST = 1000
_OWNER = {"ID": OWNER, "DisplayName": "webfile"}


def install() -> None:
    """Makes moto list all versions."""
    correction(S3Response, "list_object_versions")(list_object_versions)


def list_object_versions(_original: Any, response: S3Response) -> Any:
    """Returns a page of versions and delete markers: by key, the newest first."""
    bucket = response.backend.get_bucket(response.bucket_name)
    query = {name: values[0] for name, values in response.querystring.items()}
    # moto decodes the prefix of a request in a way of its own.
    query["prefix"] = response._get_querystring(response.request, response.uri).get("prefix", [""])[0]
    answer = page(bucket, query)
    response.data["Action"] = "ListObjectVersions"
    return response.serialized(ActionResult(answer))


def page(bucket: FakeBucket, query: dict[str, str]) -> dict[str, Any]:
    """Returns a page as S3's answer. `query` has the parameters of the request under their own names."""
    most = min(int(query.get("max-keys", MOST)), MOST)
    answer: dict[str, Any] = {
        "Name": bucket.name,
        "Prefix": query["prefix"],
        "Delimiter": query.get("delimiter"),
        "KeyMarker": query.get("key-marker", ""),
        "VersionIdMarker": query.get("version-id-marker", ""),
        "MaxKeys": most,
        "IsTruncated": False,
        "Versions": [],
        "DeleteMarkers": [],
        "CommonPrefixes": [],
    }
    last: tuple[str, str | None] | None = None
    for name, version, is_latest in _after(bucket, query):
        folder = _folder(name, query)
        if folder is not None and last == (folder, None):
            continue
        if sum(len(answer[kind]) for kind in ("Versions", "DeleteMarkers", "CommonPrefixes")) == most:
            answer["IsTruncated"] = most > 0
            if last:
                answer["NextKeyMarker"], answer["NextVersionIdMarker"] = last
            break
        if folder is not None:
            answer["CommonPrefixes"].append({"Prefix": folder})
            last = folder, None
        else:
            kind = "DeleteMarkers" if isinstance(version, FakeDeleteMarker) else "Versions"
            answer[kind].append(_described(version, is_latest))
            last = name, version.version_id
    return answer


def _after(bucket: FakeBucket, query: dict[str, str]) -> Iterator[tuple[str, Any, bool]]:
    """Yields what follows the markers of the request: key, version, and whether it is the key's latest."""
    marker, version_marker = query.get("key-marker", ""), query.get("version-id-marker")
    for name, versions in sorted(bucket.keys.lists()):
        if not name.startswith(query["prefix"]) or name < marker or (marker and _folder(name, query) == marker):
            continue
        newest_first = list(reversed(versions))
        start = 0
        if name == marker:
            ids = [each.version_id for each in newest_first]
            if version_marker is None:
                continue
            # When the marked version is gone, whatever the key still has is older.
            start = ids.index(version_marker) + 1 if version_marker in ids else 0
        for position in range(start, len(newest_first)):
            yield name, newest_first[position], position == 0


def _folder(name: str, query: dict[str, str]) -> str | None:
    delimiter, prefix = query.get("delimiter"), query["prefix"]
    if not delimiter or delimiter not in name[len(prefix) :]:
        return None
    return name[: name.index(delimiter, len(prefix)) + len(delimiter)]


def _described(version: Any, is_latest: bool) -> dict[str, Any]:
    told = {
        "Key": version.name,
        "VersionId": version.version_id,
        "IsLatest": is_latest,
        "LastModified": version.last_modified_ISO8601,
        "Owner": _OWNER,
    }
    if not isinstance(version, FakeDeleteMarker):
        told |= {"ETag": version.etag, "Size": version.size, "StorageClass": version.storage_class}
    return told
