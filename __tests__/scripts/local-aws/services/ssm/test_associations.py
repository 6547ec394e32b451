"""Associations without a machine: what is kept, replaced and refused."""

import pytest
from botocore.exceptions import ClientError

TARGETS = [{"Key": "tag:Role", "Values": ["server"]}]
SCRIPT = {"commands": ["true"]}


@pytest.fixture
def ssm(aws):
    return aws.client("ssm")


@pytest.fixture
def association(ssm):
    """An association that waits for a machine."""
    made = ssm.create_association(
        Name="AWS-RunShellScript",
        AssociationName="waits",
        Parameters=SCRIPT,
        Targets=TARGETS,
        ScheduleExpression="rate(1 day)",
        Tags=[{"Key": "Owner", "Value": "me"}],
    )["AssociationDescription"]
    yield made
    ssm.delete_association(AssociationId=made["AssociationId"])


def test_waits_for_a_machine(ssm, association):
    assert association["Overview"] == {"Status": "Pending", "DetailedStatus": "Pending"}
    executions = ssm.describe_association_executions(AssociationId=association["AssociationId"])
    assert executions["AssociationExecutions"] == []


def test_keeps_its_schedule_and_tags(ssm, association):
    association_id = association["AssociationId"]
    assert association["ScheduleExpression"] == "rate(1 day)"
    tags = ssm.list_tags_for_resource(ResourceType="Association", ResourceId=association_id)["TagList"]
    assert tags == [{"Key": "Owner", "Value": "me"}]


def test_an_update_is_a_new_version_and_drops_what_is_not_given(ssm, association):
    association_id = association["AssociationId"]
    updated = ssm.update_association(AssociationId=association_id, Parameters=SCRIPT)["AssociationDescription"]
    assert (updated["AssociationVersion"], updated["Targets"]) == ("2", TARGETS)
    assert "ScheduleExpression" not in updated
    ssm.update_association(AssociationId=association_id, Parameters=SCRIPT, AssociationName="waits")


def test_lists_by_name(ssm, association):
    def listed(name):
        found = ssm.list_associations(AssociationFilterList=[{"key": "AssociationName", "value": name}])
        return [each["AssociationId"] for each in found["Associations"]]

    assert (listed("waits"), listed("other")) == ([association["AssociationId"]], [])


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"Name": "not-there"}, "InvalidDocument.*the document not-there does not exist"),
        ({"Name": "AWS-RunPatchBaseline"}, "NotImplementedByLocalAws.*document AWS-RunPatchBaseline"),
        ({"Parameters": {}}, "InvalidParameters.*AWS-RunShellScript needs the parameter commands"),
        ({"Targets": []}, "InvalidTarget"),
        ({"CalendarNames": ["arn"]}, "NotImplementedByLocalAws.*CreateAssociation with CalendarNames"),
    ],
    ids=["document", "aws-document", "parameter", "target", "unsupported"],
)
def test_fails_for_what_cannot_run(ssm, asked, why):
    with pytest.raises(ClientError, match=why):
        ssm.create_association(**{"Name": "AWS-RunShellScript", "Parameters": SCRIPT, "Targets": TARGETS, **asked})


def test_fails_for_an_association_that_is_not_there(ssm):
    with pytest.raises(ClientError, match="AssociationDoesNotExist"):
        ssm.describe_association(AssociationId="00000000-0000-0000-0000-000000000000")
