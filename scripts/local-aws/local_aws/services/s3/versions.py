"""Versions of objects, also while versioning is suspended.

moto takes a bucket whose versioning is suspended for one that never had versions. Writing or deleting one object there
loses all its versions, and a delete marker makes the call crash. It also puts no delete marker on a key that is new.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/VersionSuspendedBehavior.html (read 2026-11).
"""

from types import SimpleNamespace
from typing import Any

from moto.s3 import notifications
from moto.s3.exceptions import AccessDeniedByLock, InvalidBucketState, VersioningNotEnabledForReplication
from moto.s3.models import FakeBucket, FakeDeleteMarker, FakeKey, S3Backend
from moto.s3.responses import S3Response

from local_aws.core.operations import correction

# The id of a version from a time without versioning, or with suspended versioning. A key has one at most.
NULL = "null"
_Deleted = tuple[str, str | None, str | None]


def install() -> None:
    """Makes suspended versioning keep what it has."""
    FakeBucket.is_versioned = property(is_versioned)
    correction(S3Backend, "put_object")(put_object)
    correction(S3Backend, "delete_object")(delete_object)
    correction(S3Backend, "delete_objects")(delete_objects)
    correction(S3Backend, "put_object_lock_configuration")(put_object_lock_configuration)
    correction(S3Backend, "put_bucket_replication")(put_bucket_replication)
    correction(S3Response, "head_object")(head_object)


def is_versioned(bucket: FakeBucket) -> bool:
    """Says whether a bucket keeps versions: versioning is enabled, or was enabled once."""
    return bucket.versioning_status is not None


def put_object(original: Any, backend: S3Backend, bucket_name: str, key_name: str, *args: Any, **keywords: Any) -> Any:
    """While versioning is suspended, replaces the null version alone."""
    bucket = backend.get_bucket(bucket_name)
    new = original(backend, bucket_name, key_name, *args, **keywords)
    if bucket.versioning_status == "Suspended":
        new._version_id, new._is_versioned = NULL, False
        versions = bucket.keys.getlist(key_name)
        _keep(bucket, key_name, [each for each in versions if each is new or each.version_id != NULL])
    return new


def delete_object(
    original: Any, backend: S3Backend, bucket_name: str, key_name: str, version_id: str | None = None,
    bypass: bool = False,
) -> tuple[bool, dict[str, Any]]:  # fmt: skip
    """Deletes one version, or puts a delete marker on the key."""
    bucket = backend.get_bucket(bucket_name)
    if not (isinstance(bucket, FakeBucket) and bucket.is_versioned):
        # The only version of an object without versioning is the null version.
        return original(backend, bucket_name, key_name, None, bypass) if version_id in (None, NULL) else (False, {})
    versions = bucket.keys.getlist(key_name, [])
    if version_id is None:
        marker = _put_marker(bucket, key_name, versions)
        return True, {"version-id": marker.version_id, "delete-marker": "true"}
    told = {"version-id": version_id}
    gone = next((each for each in versions if each.version_id == version_id), None)
    if gone is None:
        return False, told
    if isinstance(gone, FakeDeleteMarker):
        told["delete-marker"] = "true"
    elif gone.is_locked(governance_bypass=bypass):
        raise AccessDeniedByLock
    else:
        event = notifications.S3NotificationEvent.OBJECT_REMOVED_DELETE_EVENT
        notifications.send_event(backend.account_id, event, bucket, gone)
    _keep(bucket, key_name, [each for each in versions if each is not gone])
    return True, told


def delete_objects(
    _original: Any, backend: S3Backend, bucket_name: str, objects: list[dict[str, Any]], bypass_retention: bool = False
) -> tuple[list[_Deleted], list[str]]:
    """Deletes many objects, and names each delete marker that was made or deleted. moto names only those made."""
    deleted: list[_Deleted] = []
    errors = []
    for each in objects:
        key_name, version_id = each["Key"], each.get("VersionId")
        try:
            _, told = backend.delete_object(bucket_name, key_name, version_id=version_id, bypass=bypass_retention)
        except AccessDeniedByLock:
            errors.append(key_name)
        else:
            deleted.append((key_name, version_id, told["version-id"] if "delete-marker" in told else None))
    return deleted, errors


def put_object_lock_configuration(original: Any, backend: S3Backend, bucket_name: str, *args: Any, **kw: Any) -> None:
    """Requires enabled versioning. Suspended versioning is not enough."""
    if backend.get_bucket(bucket_name).versioning_status != "Enabled":
        raise InvalidBucketState("Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration")
    original(backend, bucket_name, *args, **kw)


def put_bucket_replication(original: Any, backend: S3Backend, bucket_name: str, configuration: dict[str, Any]) -> None:
    """Requires enabled versioning, likewise."""
    if backend.get_bucket(bucket_name).versioning_status != "Enabled":
        raise VersioningNotEnabledForReplication(bucket_name=bucket_name)
    original(backend, bucket_name, configuration)


def head_object(
    original: Any, response: S3Response, bucket_name: str, query: dict[str, Any], *args: Any, **keywords: Any
) -> Any:
    """Finds the null version of an object without versioning. moto refuses the id."""
    if query.get("versionId") == [NULL] and not response.backend.get_bucket(bucket_name).is_versioned:
        query = {name: value for name, value in query.items() if name != "versionId"}
    return original(response, bucket_name, query, *args, **keywords)


def _put_marker(bucket: FakeBucket, key_name: str, versions: list[Any]) -> FakeDeleteMarker:
    # moto's marker takes the name of an object, and here need not be one.
    marker = FakeDeleteMarker(SimpleNamespace(name=key_name))
    marker.key = None
    kept = versions
    if bucket.versioning_status == "Suspended":
        marker._version_id = NULL
        kept = [each for each in versions if each.version_id != NULL]
    _keep(bucket, key_name, [*kept, marker])
    return marker


def _keep(bucket: FakeBucket, key_name: str, versions: list[Any]) -> None:
    # A reader sees the old list or the new one. A body is closed after nobody finds it any more.
    before = bucket.keys.getlist(key_name, [])
    if versions:
        dict.__setitem__(bucket.keys, key_name, versions)
    else:
        dict.pop(bucket.keys, key_name, None)
    for each in before:
        if isinstance(each, FakeKey) and each not in versions:
            each.dispose()
