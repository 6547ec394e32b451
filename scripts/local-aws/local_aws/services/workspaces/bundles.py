"""The bundles that AWS provides: a sample of its catalogue. Ids on AWS are others, and differ from region to region."""

import hashlib
from functools import cache
from typing import Any

from moto.workspaces.models import workspaces_backends
from moto.workspaces.responses import WorkSpacesResponse

from local_aws.core.operations import Call, operation

# Compute type, root and user volume in GiB. Source: https://aws.amazon.com/workspaces/pricing (read 2026-11).
HARDWARE = {
    "Value": ("VALUE", 80, 10),
    "Standard": ("STANDARD", 80, 50),
    "Performance": ("PERFORMANCE", 80, 100),
    "Power": ("POWER", 175, 100),
}
# Amazon Linux 2 is not among them: nobody can launch it any more.
SYSTEMS = ("Ubuntu 22.04", "Rocky Linux 8", "Red Hat Enterprise Linux 8", "Windows 10 (English)")


def install() -> None:
    """Adds the call."""
    operation(WorkSpacesResponse, "DescribeWorkspaceBundles", workspaces_backends)(describe_workspace_bundles)


def describe_workspace_bundles(call: Call) -> dict[str, Any]:
    """Returns the bundles with the given ids, or those of an owner. Only AMAZON has any."""
    ids, owner = call.parameters.get("BundleIds"), call.parameters.get("Owner")
    bundles = _bundles(call.region).values()
    return {"Bundles": [each for each in bundles if (each["BundleId"] in ids if ids else owner == "AMAZON")]}


def bundle_of(region: str, bundle_id: str) -> dict[str, Any] | None:
    """Returns a bundle of a region."""
    return _bundles(region).get(bundle_id)


@cache
def _bundles(region: str) -> dict[str, dict[str, Any]]:
    bundles = {}
    for system in SYSTEMS:
        for hardware, (compute, root, user) in HARDWARE.items():
            name = f"{hardware} with {system}"
            bundle_id = f"wsb-{hashlib.sha256(f'{region} {name}'.encode()).hexdigest()[:9]}"
            bundles[bundle_id] = {
                "BundleId": bundle_id,
                "Name": name,
                "Owner": "AMAZON",
                "Description": name,
                "BundleType": "REGULAR",
                "State": "AVAILABLE",
                "ComputeType": {"Name": compute},
                "RootStorage": {"Capacity": str(root)},
                "UserStorage": {"Capacity": str(user)},
            }
    return bundles
