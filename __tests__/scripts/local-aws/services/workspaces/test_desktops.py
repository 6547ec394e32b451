"""WorkSpaces on a directory: states, IP groups, and the order in which they go."""

import pytest
from botocore.exceptions import ClientError
from waiting import in_order, states_until, until


@pytest.fixture(scope="module")
def workspaces(aws):
    return aws.client("workspaces")


@pytest.fixture(scope="module")
def directory_id(aws, ec2):
    subnets = ec2.describe_subnets()["Subnets"][:2]
    network = {"VpcId": subnets[0]["VpcId"], "SubnetIds": [each["SubnetId"] for each in subnets]}
    directory_id = aws.client("ds").create_directory(
        Name="corp.example.com", Password="only-4-this-Case", Size="Small", VpcSettings=network
    )["DirectoryId"]
    assert in_order(states_until(lambda: stage(aws, directory_id), "Active"), "Requested", "Creating", "Active")
    return directory_id


@pytest.fixture(scope="module")
def registered(workspaces, directory_id):
    assert workspaces.register_workspace_directory(DirectoryId=directory_id)["State"] == "REGISTERING"
    until(lambda: directory(workspaces, directory_id)["State"], "REGISTERED")
    return directory_id


@pytest.fixture(scope="module")
def bundle_id(workspaces):
    bundles = workspaces.describe_workspace_bundles(Owner="AMAZON")["Bundles"]
    return next(each["BundleId"] for each in bundles if each["Name"] == "Standard with Ubuntu 22.04")


def stage(aws, directory_id):
    return aws.client("ds").describe_directories(DirectoryIds=[directory_id])["DirectoryDescriptions"][0]["Stage"]


def directory(workspaces, directory_id):
    return workspaces.describe_workspace_directories(DirectoryIds=[directory_id])["Directories"][0]


def create(workspaces, directory_id, bundle_id, user="Administrator", **properties):
    asked = {"DirectoryId": directory_id, "BundleId": bundle_id, "UserName": user, "WorkspaceProperties": properties}
    return workspaces.create_workspaces(Workspaces=[asked])


def states(workspaces, workspace_id):
    return [each["State"] for each in workspaces.describe_workspaces(WorkspaceIds=[workspace_id])["Workspaces"]]


def test_a_desktop_is_made_changed_and_ended(workspaces, registered, bundle_id):
    (made,) = create(workspaces, registered, bundle_id, RunningMode="ALWAYS_ON")["PendingRequests"]
    workspace_id = made["WorkspaceId"]
    assert made["State"] == "PENDING"
    until(lambda: states(workspaces, workspace_id), ["AVAILABLE"])
    workspaces.modify_workspace_properties(WorkspaceId=workspace_id, WorkspaceProperties={"RunningMode": "AUTO_STOP"})
    until(lambda: states(workspaces, workspace_id), ["AVAILABLE"])
    workspaces.terminate_workspaces(TerminateWorkspaceRequests=[{"WorkspaceId": workspace_id}])
    assert in_order(states_until(lambda: states(workspaces, workspace_id), []), ["TERMINATING"], [])


def test_fails_to_end_a_directory_before_what_uses_it(aws, workspaces, registered, bundle_id):
    (made,) = create(workspaces, registered, bundle_id, user="other")["PendingRequests"]
    with pytest.raises(ClientError, match=f"has WorkSpaces: {made['WorkspaceId']}"):
        workspaces.deregister_workspace_directory(DirectoryId=registered)
    with pytest.raises(ClientError, match="still has authorized applications"):
        aws.client("ds").delete_directory(DirectoryId=registered)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"DirectoryId": "d-0123456789"}, "ResourceNotFound.Directory"),
        ({"BundleId": "wsb-012345678"}, "ResourceNotFound.Bundle"),
        (
            {"WorkspaceProperties": {"RunningMode": "ALWAYS_ON", "RunningModeAutoStopTimeoutInMinutes": 60}},
            "AutoStopTimeoutIsNotApplicableForAnAlwaysOnWorkspace",
        ),
    ],
)
def test_fails_to_make_a_desktop_with(workspaces, registered, bundle_id, change, code):
    asked = {"DirectoryId": registered, "BundleId": bundle_id, "UserName": "nobody", **change}
    (failed,) = workspaces.create_workspaces(Workspaces=[asked])["FailedRequests"]
    assert failed["ErrorCode"] == code


def test_fails_to_delete_an_ip_group_that_a_directory_uses(workspaces, registered):
    rules = [{"ipRule": "198.51.100.0/24", "ruleDesc": "office"}]
    group_id = workspaces.create_ip_group(GroupName="office", UserRules=rules)["GroupId"]
    workspaces.associate_ip_groups(DirectoryId=registered, GroupIds=[group_id])
    assert directory(workspaces, registered)["ipGroupIds"] == [group_id]
    with pytest.raises(ClientError, match="ResourceAssociatedException"):
        workspaces.delete_ip_group(GroupId=group_id)
    workspaces.disassociate_ip_groups(DirectoryId=registered, GroupIds=[group_id])
    workspaces.delete_ip_group(GroupId=group_id)
    assert workspaces.describe_ip_groups()["Result"] == []


def test_settings_of_a_directory_change(workspaces, registered):
    workspaces.modify_selfservice_permissions(
        ResourceId=registered, SelfservicePermissions={"SwitchRunningMode": "ENABLED"}
    )
    kept = directory(workspaces, registered)["SelfservicePermissions"]
    assert (kept["SwitchRunningMode"], kept["RestartWorkspace"]) == ("ENABLED", "ENABLED")


def test_fails_with_the_name_of_a_call_that_is_missing(workspaces):
    with pytest.raises(ClientError, match="workspaces:DescribeWorkspaceImages"):
        workspaces.describe_workspace_images()
