"""Targets, without a machine."""

import pytest
from local_aws.core.operations import ApiError
from local_aws.services.ssm.targets import is_target, require_known, share_of

TAGS = {"Role": "database", "Stage": "test"}


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ([{"Key": "InstanceIds", "Values": ["i-1", "i-2"]}], True),
        ([{"Key": "InstanceIds", "Values": ["i-2"]}], False),
        ([{"Key": "InstanceIds", "Values": ["*"]}], True),
        ([{"Key": "tag:Role", "Values": ["web", "database"]}], True),
        ([{"Key": "tag:Role", "Values": ["web"]}], False),
        ([{"Key": "tag-key", "Values": ["Role"]}], True),
        ([{"Key": "tag:Role", "Values": ["database"]}, {"Key": "tag:Stage", "Values": ["live"]}], False),
    ],
    ids=["id", "other-id", "every", "tag", "other-tag", "key", "both"],
)
def test_finds_the_machines_that_are_meant(targets, expected):
    assert is_target(targets, "i-1", TAGS) is expected


@pytest.mark.parametrize(("limit", "expected"), [("2", 2), ("50%", 5), ("0", 0), ("100%", 10)])
def test_a_limit_is_a_number_or_a_share(limit, expected):
    assert share_of(limit, 10) == expected


def test_fails_for_a_kind_of_target_that_is_not_there():
    with pytest.raises(ApiError, match="a target with the key resource-groups:Name"):
        require_known([{"Key": "resource-groups:Name", "Values": ["all"]}])
