"""Versions: what S3 keeps, deletes and lists, also while versioning is suspended."""

import itertools

import pytest
from botocore.exceptions import ClientError

NUMBERS = itertools.count()


@pytest.fixture
def s3(aws):
    return aws.client("s3")


@pytest.fixture
def bucket(s3):
    name = f"versions-{next(NUMBERS)}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    return name


@pytest.fixture
def versioned(s3, bucket):
    set_versioning(s3, bucket, "Enabled")
    return bucket


@pytest.fixture
def suspended(s3, versioned):
    """A bucket with two versions of `key` from before it was suspended: the bodies "one" and "two"."""
    for body in (b"one", b"two"):
        s3.put_object(Bucket=versioned, Key="key", Body=body)
    set_versioning(s3, versioned, "Suspended")
    return versioned


def set_versioning(s3, bucket, status):
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})


def listed(s3, bucket, **parameters):
    """Returns body (or "marker"), and version id, of each version, the newest first."""
    answer = s3.list_object_versions(Bucket=bucket, **parameters)
    markers = [(each, "marker") for each in answer.get("DeleteMarkers", [])]
    versions = [(each, read(s3, bucket, each["VersionId"])) for each in answer.get("Versions", [])]
    latest = [each["VersionId"] for each, _ in markers + versions if each["IsLatest"]]
    found = [(body, each["VersionId"]) for each, body in markers + versions]
    return sorted(found, key=lambda each: each[1] not in latest)


def read(s3, bucket, version_id=None):
    version = {"VersionId": version_id} if version_id else {}
    return s3.get_object(Bucket=bucket, Key="key", **version)["Body"].read().decode()


def bodies(s3, bucket):
    return [body for body, _ in listed(s3, bucket)]


def fails_with(code):
    return pytest.raises(ClientError, match=rf"\({code}\)")


def test_writing_while_suspended_keeps_the_versions_from_before(s3, suspended):
    s3.put_object(Bucket=suspended, Key="key", Body=b"null")
    assert sorted(bodies(s3, suspended)) == ["null", "one", "two"]
    assert (read(s3, suspended), read(s3, suspended, "null")) == ("null", "null")


def test_writing_again_while_suspended_replaces_the_null_version(s3, suspended):
    for body in (b"null", b"again"):
        s3.put_object(Bucket=suspended, Key="key", Body=body)
    assert sorted(bodies(s3, suspended)) == ["again", "one", "two"]


def test_deleting_while_suspended_replaces_the_null_version_by_a_marker(s3, suspended):
    s3.put_object(Bucket=suspended, Key="key", Body=b"null")
    deleted = s3.delete_object(Bucket=suspended, Key="key")
    assert (deleted["VersionId"], deleted["DeleteMarker"]) == ("null", True)
    assert listed(s3, suspended)[0] == ("marker", "null")
    assert sorted(bodies(s3, suspended)) == ["marker", "one", "two"]
    with fails_with("NoSuchKey"):
        read(s3, suspended)


def test_deleting_one_old_version_while_suspended_leaves_the_others(s3, suspended):
    (gone,) = [version_id for body, version_id in listed(s3, suspended) if body == "one"]
    assert s3.delete_object(Bucket=suspended, Key="key", VersionId=gone)["VersionId"] == gone
    assert bodies(s3, suspended) == ["two"]


@pytest.mark.parametrize("status", ["Enabled", "Suspended"])
def test_deleting_a_marker_brings_the_object_back(s3, versioned, status):
    s3.put_object(Bucket=versioned, Key="key", Body=b"one")
    set_versioning(s3, versioned, status)
    s3.put_object(Bucket=versioned, Key="other", Body=b"other")
    # While versioning is suspended, the object from before stays under its own id.
    marker = s3.delete_object(Bucket=versioned, Key="key")
    gone = s3.delete_object(Bucket=versioned, Key="key", VersionId=marker["VersionId"])
    assert (gone["VersionId"], gone["DeleteMarker"]) == (marker["VersionId"], True)
    assert read(s3, versioned) == "one"


def test_an_object_from_before_versioning_is_the_null_version(s3, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"before")
    assert s3.head_object(Bucket=bucket, Key="key", VersionId="null")["ContentLength"] == 6
    set_versioning(s3, bucket, "Enabled")
    s3.put_object(Bucket=bucket, Key="key", Body=b"after")
    assert [version_id for body, version_id in listed(s3, bucket) if body == "before"] == ["null"]
    s3.delete_object(Bucket=bucket, Key="key", VersionId="null")
    assert bodies(s3, bucket) == ["after"]


def test_deleting_a_version_that_does_not_exist_deletes_nothing(s3, suspended):
    s3.delete_object(Bucket=suspended, Key="key", VersionId="b5c1a3de-0000-0000-0000-000000000000")
    assert sorted(bodies(s3, suspended)) == ["one", "two"]


def test_without_versioning_deleting_a_version_that_does_not_exist_deletes_nothing(s3, bucket):
    s3.put_object(Bucket=bucket, Key="key", Body=b"only")
    s3.delete_object(Bucket=bucket, Key="key", VersionId="b5c1a3de-0000-0000-0000-000000000000")
    assert bodies(s3, bucket) == ["only"]


def test_deleting_a_key_that_never_existed_leaves_a_marker(s3, versioned):
    assert s3.delete_object(Bucket=versioned, Key="key")["DeleteMarker"] is True
    assert bodies(s3, versioned) == ["marker"]


def test_a_head_request_finds_a_version_while_suspended(s3, suspended):
    (_, version_id), *_rest = listed(s3, suspended)
    assert s3.head_object(Bucket=suspended, Key="key", VersionId=version_id)["ContentLength"] == 3


def test_fails_to_read_a_delete_marker(s3, versioned):
    marker = s3.delete_object(Bucket=versioned, Key="key")["VersionId"]
    with fails_with("MethodNotAllowed"):
        read(s3, versioned, marker)
    with fails_with("405"):
        s3.head_object(Bucket=versioned, Key="key", VersionId=marker)


def test_fails_to_copy_a_delete_marker(s3, versioned):
    marker = s3.delete_object(Bucket=versioned, Key="key")["VersionId"]
    with fails_with("InvalidRequest"):
        s3.copy_object(Bucket=versioned, Key="copy", CopySource=f"{versioned}/key?versionId={marker}")


def test_an_old_version_is_restored_by_copying_it_onto_its_key(s3, suspended):
    (old,) = [version_id for body, version_id in listed(s3, suspended) if body == "one"]
    s3.copy_object(Bucket=suspended, Key="key", CopySource=f"{suspended}/key?versionId={old}")
    assert read(s3, suspended) == read(s3, suspended, "null") == "one"
    assert sorted(bodies(s3, suspended)) == ["one", "one", "two"]


def test_one_request_deletes_versions_and_markers_and_names_the_markers(s3, suspended):
    marker = s3.delete_object(Bucket=suspended, Key="key")["VersionId"]
    (old,) = [version_id for body, version_id in listed(s3, suspended) if body == "one"]
    objects = [{"Key": "key", "VersionId": marker}, {"Key": "key", "VersionId": old}, {"Key": "new"}]
    deleted = s3.delete_objects(Bucket=suspended, Delete={"Objects": objects})["Deleted"]
    assert deleted == [
        {"Key": "key", "VersionId": "null", "DeleteMarker": True, "DeleteMarkerVersionId": "null"},
        {"Key": "key", "VersionId": old},
        {"Key": "new", "DeleteMarker": True, "DeleteMarkerVersionId": "null"},
    ]
    assert listed(s3, suspended, Prefix="key")[0][0] == "two"


def test_a_bucket_is_emptied_page_by_page(s3, versioned):
    for key in ("a", "b"):
        for _ in range(3):
            s3.put_object(Bucket=versioned, Key=key, Body=b"")
        s3.delete_object(Bucket=versioned, Key=key)
    pages = 0
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=versioned, MaxKeys=3):
        pages += 1
        found = page.get("Versions", []) + page.get("DeleteMarkers", [])
        s3.delete_objects(
            Bucket=versioned,
            Delete={"Objects": [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]},
        )
    assert pages == 3
    s3.delete_bucket(Bucket=versioned)


def test_fails_to_delete_a_bucket_that_has_only_a_marker(s3, versioned):
    s3.delete_object(Bucket=versioned, Key="key")
    with fails_with("BucketNotEmpty"):
        s3.delete_bucket(Bucket=versioned)


def test_folders_are_listed_once_and_the_rest_by_key_the_newest_first(s3, versioned):
    for key in ("a/1", "a/2", "b", "b", "c/1", "d"):
        s3.put_object(Bucket=versioned, Key=key, Body=key.encode())
    seen = []
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=versioned, MaxKeys=2, Delimiter="/"):
        seen += [each["Prefix"] for each in page.get("CommonPrefixes", [])]
        seen += [(each["Key"], each["IsLatest"]) for each in page.get("Versions", [])]
    assert seen == ["a/", ("b", True), "c/", ("b", False), ("d", True)]


def test_a_key_marker_alone_begins_after_that_key(s3, versioned):
    for key in ("a", "a", "b"):
        s3.put_object(Bucket=versioned, Key=key, Body=b"")
    assert [each["Key"] for each in s3.list_object_versions(Bucket=versioned, KeyMarker="a")["Versions"]] == ["b"]


@pytest.mark.parametrize("call", ["put_object_lock_configuration", "put_bucket_replication"])
def test_fails_to_use_what_needs_enabled_versioning_while_suspended(s3, versioned, call):
    set_versioning(s3, versioned, "Suspended")
    rule = {"Status": "Enabled", "Prefix": "", "Destination": {"Bucket": "arn:aws:s3:::elsewhere"}}
    parameters = {
        "put_object_lock_configuration": {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}},
        "put_bucket_replication": {
            "ReplicationConfiguration": {"Role": "arn:aws:iam::123456789012:role/r", "Rules": [rule]}
        },
    }[call]
    with pytest.raises(ClientError, match=r"InvalidBucketState|InvalidRequest"):
        getattr(s3, call)(Bucket=versioned, **parameters)
