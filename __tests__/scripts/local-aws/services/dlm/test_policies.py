"""Data Lifecycle Manager, a service that moto lacks."""

import pytest

DETAILS = {
    "ResourceTypes": ["VOLUME"],
    "TargetTags": [{"Key": "Name", "Value": "data"}],
    "Schedules": [
        {"Name": "daily", "CreateRule": {"Interval": 24, "IntervalUnit": "HOURS"}, "RetainRule": {"Count": 7}}
    ],
}
POLICY = {"ExecutionRoleArn": "arn:aws:iam::123456789012:role/dlm", "Description": "daily", "State": "ENABLED"}


@pytest.fixture
def dlm(aws):
    return aws.client("dlm")


@pytest.fixture
def policy_id(dlm):
    policy_id = dlm.create_lifecycle_policy(**POLICY, PolicyDetails=DETAILS, Tags={"Name": "daily"})["PolicyId"]
    yield policy_id
    if any(policy["PolicyId"] == policy_id for policy in dlm.get_lifecycle_policies()["Policies"]):
        dlm.delete_lifecycle_policy(PolicyId=policy_id)


def test_returns_what_was_created(dlm, policy_id):
    policy = dlm.get_lifecycle_policy(PolicyId=policy_id)["Policy"]
    assert {key: policy[key] for key in POLICY} == POLICY
    assert policy["PolicyDetails"] == {"PolicyType": "EBS_SNAPSHOT_MANAGEMENT", **DETAILS}
    assert policy["PolicyArn"] == f"arn:aws:dlm:eu-west-1:123456789012:policy/{policy_id}"
    assert policy["Tags"] == {"Name": "daily"}


def test_changes_what_is_given_and_keeps_the_rest(dlm, policy_id):
    dlm.update_lifecycle_policy(PolicyId=policy_id, State="DISABLED")
    policy = dlm.get_lifecycle_policy(PolicyId=policy_id)["Policy"]
    assert (policy["State"], policy["Description"]) == ("DISABLED", "daily")
    assert policy["DateModified"] >= policy["DateCreated"]


def test_lists_by_id_and_state(dlm, policy_id):
    other = dlm.create_lifecycle_policy(**{**POLICY, "State": "DISABLED"}, PolicyDetails=DETAILS)["PolicyId"]

    def listed(**filters):
        return {policy["PolicyId"] for policy in dlm.get_lifecycle_policies(**filters)["Policies"]}

    assert listed() == {policy_id, other}
    assert listed(State="DISABLED") == {other}
    assert listed(PolicyIds=[policy_id]) == {policy_id}
    dlm.delete_lifecycle_policy(PolicyId=other)


def test_tags_are_added_and_removed(dlm, policy_id):
    arn = dlm.get_lifecycle_policy(PolicyId=policy_id)["Policy"]["PolicyArn"]
    dlm.tag_resource(ResourceArn=arn, Tags={"Owner": "me", "Name": "other"})
    assert dlm.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"Name": "other", "Owner": "me"}
    dlm.untag_resource(ResourceArn=arn, TagKeys=["Name"])
    assert dlm.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"Owner": "me"}


def test_fails_with_the_id_of_a_policy_that_is_gone(dlm, policy_id):
    dlm.delete_lifecycle_policy(PolicyId=policy_id)
    with pytest.raises(dlm.exceptions.ResourceNotFoundException, match=policy_id):
        dlm.get_lifecycle_policy(PolicyId=policy_id)


def test_a_policy_belongs_to_its_region(aws, policy_id):
    assert aws.client("dlm", "us-east-1").get_lifecycle_policies()["Policies"] == []
