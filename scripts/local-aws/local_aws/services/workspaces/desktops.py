"""WorkSpaces, the desktops. They pass through their states, and nothing runs behind them."""

from typing import Any

from moto.workspaces.models import workspaces_backends
from moto.workspaces.responses import WorkSpacesResponse

from local_aws.core.life import Life, Step
from local_aws.core.operations import ApiError, Call, new_id, operation

from .bundles import bundle_of
from .directories import directories
from .tags import keep_tags

LIFE = Life(
    workspaces_backends,
    "workspaces",
    "State",
    {
        "PENDING": Step(then="AVAILABLE", takes_sec=3),
        "UPDATING": Step(then="AVAILABLE", takes_sec=1),
        "TERMINATING": Step(then=None, takes_sec=2),
    },
)
_KEPT = ("UserName", "VolumeEncryptionKey", "UserVolumeEncryptionEnabled", "RootVolumeEncryptionEnabled")


def install() -> None:
    """Adds the calls."""
    operation(WorkSpacesResponse, "CreateWorkspaces", workspaces_backends)(create_workspaces)
    operation(WorkSpacesResponse, "DescribeWorkspaces", workspaces_backends)(describe_workspaces)
    operation(WorkSpacesResponse, "ModifyWorkspaceProperties", workspaces_backends)(modify_workspace_properties)
    operation(WorkSpacesResponse, "TerminateWorkspaces", workspaces_backends)(terminate_workspaces)


def create_workspaces(call: Call) -> dict[str, Any]:
    """Makes desktops, and returns those that cannot be made with their reason."""
    failed, pending = [], []
    for asked in call.parameters["Workspaces"]:
        problem = _problem(call, asked)
        if problem:
            failed.append({"WorkspaceRequest": asked, "ErrorCode": problem[0], "ErrorMessage": problem[1]})
        else:
            pending.append(_create(call, asked))
    return {"FailedRequests": failed, "PendingRequests": pending}


def describe_workspaces(call: Call) -> dict[str, Any]:
    """Returns all desktops, or those that the request names."""
    get = call.parameters.get
    wanted = {key: get(key) for key in ("DirectoryId", "UserName", "BundleId") if get(key)}
    return {
        "Workspaces": [
            each
            for workspace_id, each in _desktops(call).items()
            if (not get("WorkspaceIds") or workspace_id in get("WorkspaceIds"))
            and all(each[key] == value for key, value in wanted.items())
        ]
    }


def modify_workspace_properties(call: Call) -> None:
    """Changes properties of a desktop."""
    workspace_id = call.parameters["WorkspaceId"]
    desktop = _desktops(call).get(workspace_id)
    if desktop is None:
        raise ApiError("ResourceNotFoundException", f"the WorkSpace {workspace_id} does not exist")
    if desktop["State"] != "AVAILABLE":
        raise ApiError("InvalidResourceStateException", f"the WorkSpace {workspace_id} is {desktop['State']}")
    asked = call.parameters["WorkspaceProperties"]
    desktop["WorkspaceProperties"].update({name: value for name, value in asked.items() if value is not None})
    LIFE.enter(call.backend, workspace_id, "UPDATING")


def terminate_workspaces(call: Call) -> dict[str, Any]:
    """Ends desktops, and returns those that do not exist."""
    failed = []
    for asked in call.parameters["TerminateWorkspaceRequests"]:
        workspace_id = asked["WorkspaceId"]
        if workspace_id in _desktops(call):
            LIFE.enter(call.backend, workspace_id, "TERMINATING")
        else:
            message = f"the WorkSpace {workspace_id} does not exist"
            failed.append({"WorkspaceId": workspace_id, "ErrorCode": "400", "ErrorMessage": message})
    return {"FailedRequests": failed}


def _problem(call: Call, asked: dict[str, Any]) -> tuple[str, str] | None:
    directory = directories(call).get(asked["DirectoryId"])
    properties = asked.get("WorkspaceProperties") or {}
    if directory is None or directory["State"] != "REGISTERED":
        return "ResourceNotFound.Directory", f"the directory {asked['DirectoryId']} is not registered"
    if bundle_of(call.region, asked["BundleId"]) is None:
        return "ResourceNotFound.Bundle", f"the bundle {asked['BundleId']} does not exist"
    if properties.get("RunningModeAutoStopTimeoutInMinutes") and properties.get("RunningMode") != "AUTO_STOP":
        return (
            "AutoStopTimeoutIsNotApplicableForAnAlwaysOnWorkspace",
            "RunningModeAutoStopTimeoutInMinutes needs the running mode AUTO_STOP",
        )
    taken = [each for each in _desktops(call).values() if _owner(each) == _owner(asked)]
    if taken:
        return "ResourceExists.WorkSpace", f"the user {asked['UserName']} has the WorkSpace {taken[0]['WorkspaceId']}"
    return None


def _owner(desktop: dict[str, Any]) -> tuple[str, str]:
    return desktop["DirectoryId"], desktop["UserName"]


def _create(call: Call, asked: dict[str, Any]) -> dict[str, Any]:
    workspace_id = new_id("ws-", 9)
    bundle, properties = bundle_of(call.region, asked["BundleId"]) or {}, asked.get("WorkspaceProperties") or {}
    desktop = _desktops(call)[workspace_id] = {
        **{key: asked[key] for key in _KEPT if asked.get(key) is not None},
        "WorkspaceId": workspace_id,
        "DirectoryId": asked["DirectoryId"],
        "BundleId": asked["BundleId"],
        "SubnetId": directories(call)[asked["DirectoryId"]]["SubnetIds"][0],
        "WorkspaceProperties": {
            "RunningMode": "ALWAYS_ON",
            "RootVolumeSizeGib": int(bundle["RootStorage"]["Capacity"]),
            "UserVolumeSizeGib": int(bundle["UserStorage"]["Capacity"]),
            "ComputeTypeName": bundle["ComputeType"]["Name"],
            **{name: value for name, value in properties.items() if value is not None},
        },
    }
    keep_tags(call, workspace_id, asked.get("Tags"))
    LIFE.enter(call.backend, workspace_id, "PENDING")
    return desktop


def _desktops(call: Call) -> dict[str, Any]:
    return call.store.setdefault("workspaces", {})
