"""Directories that are registered for WorkSpaces."""

import secrets
import string
from typing import Any

from moto.ds.models import ds_backends
from moto.ec2.models import ec2_backends
from moto.workspaces.models import workspaces_backends
from moto.workspaces.responses import WorkSpacesResponse

from local_aws.core.life import Life, Step
from local_aws.core.operations import ApiError, Call, operation

from .ip_groups import ip_group
from .tags import keep_tags

TYPES = {"SimpleAD": "SIMPLE_AD", "ADConnector": "AD_CONNECTOR"}
LIFE = Life(
    workspaces_backends,
    "directories",
    "State",
    {
        "REGISTERING": Step(then="REGISTERED", takes_sec=2),
        "DEREGISTERING": Step(then=None, takes_sec=2),
    },
)
_SETTINGS = {
    "ModifyWorkspaceAccessProperties": "WorkspaceAccessProperties",
    "ModifyWorkspaceCreationProperties": "WorkspaceCreationProperties",
    "ModifySelfservicePermissions": "SelfservicePermissions",
    "ModifySamlProperties": "SamlProperties",
    "ModifyCertificateBasedAuthProperties": "CertificateBasedAuthProperties",
}
_DEVICES = ("Windows", "Osx", "Web", "Ios", "Android", "ChromeOs", "ZeroClient", "Linux")
_DENIED_DEVICES = ("Web", "Linux")
_SELF_SERVICE = ("IncreaseVolumeSize", "ChangeComputeType", "SwitchRunningMode", "RebuildWorkspace")


def install() -> None:
    """Adds the calls."""
    operation(WorkSpacesResponse, "RegisterWorkspaceDirectory", workspaces_backends)(register)
    operation(WorkSpacesResponse, "DescribeWorkspaceDirectories", workspaces_backends)(describe)
    operation(WorkSpacesResponse, "DeregisterWorkspaceDirectory", workspaces_backends)(deregister)
    operation(WorkSpacesResponse, "AssociateIpGroups", workspaces_backends)(associate_ip_groups)
    operation(WorkSpacesResponse, "DisassociateIpGroups", workspaces_backends)(disassociate_ip_groups)
    for name, setting in _SETTINGS.items():
        operation(WorkSpacesResponse, name, workspaces_backends)(_modify(setting))


def register(call: Call) -> dict[str, Any]:
    """Registers a directory of Directory Service, and makes the security group of its desktops."""
    get, directory_id = call.parameters.get, call.parameters["DirectoryId"]
    if directory_id in directories(call):
        raise ApiError("ResourceAlreadyExistsException", f"the directory {directory_id} is registered already")
    directory = ds_backends[call.account][call.region].directories.get(directory_id)
    if directory is None:
        raise ApiError("ResourceNotFoundException", f"the directory {directory_id} does not exist")
    network = directory.vpc_settings or directory.connect_settings
    group = ec2_backends[call.account][call.region].create_security_group(
        f"{directory_id}_workspacesMembers", "Amazon WorkSpaces Security Group", vpc_id=network["VpcId"]
    )
    self_service = "ENABLED" if get("EnableSelfService") else "DISABLED"
    code = "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(6))
    directories(call)[directory_id] = {
        "DirectoryId": directory_id,
        "Alias": directory.alias,
        "DirectoryName": directory.name,
        "RegistrationCode": f"SLiad+{code}",
        "SubnetIds": get("SubnetIds") or network["SubnetIds"],
        "DnsIpAddresses": list(directory.dns_ip_addrs),
        "CustomerUserName": "Administrator",
        "IamRoleId": f"arn:aws:iam::{call.account}:role/workspaces_DefaultRole",
        "DirectoryType": TYPES.get(directory.directory_type, directory.directory_type),
        "WorkspaceSecurityGroupId": group.id,
        "WorkspaceType": "PERSONAL",
        "UserIdentityType": "AWS_DIRECTORY_SERVICE",
        "Tenancy": get("Tenancy") or "SHARED",
        "ipGroupIds": [],
        "WorkspaceAccessProperties": {
            f"DeviceType{each}": "DENY" if each in _DENIED_DEVICES else "ALLOW" for each in _DEVICES
        },
        "WorkspaceCreationProperties": {
            "EnableInternetAccess": False,
            "UserEnabledAsLocalAdministrator": True,
            "EnableMaintenanceMode": True,
        },
        "SelfservicePermissions": {"RestartWorkspace": "ENABLED", **dict.fromkeys(_SELF_SERVICE, self_service)},
        "SamlProperties": {"Status": "DISABLED", "RelayStateParameterName": "RelayState"},
        "CertificateBasedAuthProperties": {"Status": "DISABLED"},
    }
    keep_tags(call, directory_id, get("Tags"))
    LIFE.enter(call.backend, directory_id, "REGISTERING")
    return {"DirectoryId": directory_id, "State": "REGISTERING"}


def describe(call: Call) -> dict[str, Any]:
    """Returns all directories, or those with the given ids."""
    wanted = call.parameters.get("DirectoryIds")
    return {"Directories": [each for key, each in directories(call).items() if not wanted or key in wanted]}


def deregister(call: Call) -> None:
    """Takes a directory without desktops back. Its security group goes with it."""
    directory_id = call.parameters["DirectoryId"]
    record = directory_of(call, directory_id)
    used = [each["WorkspaceId"] for each in _desktops(call) if each["DirectoryId"] == directory_id]
    if used:
        raise ApiError(
            "InvalidResourceStateException", f"the directory {directory_id} has WorkSpaces: {', '.join(used)}"
        )
    record["ipGroupIds"] = []
    ec2_backends[call.account][call.region].delete_security_group(group_id=record["WorkspaceSecurityGroupId"])
    LIFE.enter(call.backend, directory_id, "DEREGISTERING")


def associate_ip_groups(call: Call) -> None:
    """Adds IP groups to a directory."""
    record = directory_of(call, call.parameters["DirectoryId"])
    for group_id in call.parameters["GroupIds"]:
        ip_group(call, group_id)
    record["ipGroupIds"] = list(dict.fromkeys([*record["ipGroupIds"], *call.parameters["GroupIds"]]))


def disassociate_ip_groups(call: Call) -> None:
    """Takes IP groups from a directory."""
    record = directory_of(call, call.parameters["DirectoryId"])
    record["ipGroupIds"] = [each for each in record["ipGroupIds"] if each not in call.parameters["GroupIds"]]


def directories(call: Call) -> dict[str, Any]:
    """Returns all registered directories, by id."""
    return call.store.setdefault("directories", {})


def directory_of(call: Call, directory_id: str) -> dict[str, Any]:
    """Returns a registered directory, or raises ApiError."""
    if directory_id not in directories(call):
        raise ApiError("ResourceNotFoundException", f"the directory {directory_id} is not registered")
    return directories(call)[directory_id]


def _modify(setting: str) -> Any:
    def modify(call: Call) -> None:
        asked = call.parameters.get(setting) or {}
        directory_of(call, call.parameters["ResourceId"])[setting].update(
            {name: value for name, value in asked.items() if value not in (None, "")}
        )

    return modify


def _desktops(call: Call) -> list[dict[str, Any]]:
    return list(call.store.get("workspaces", {}).values())
