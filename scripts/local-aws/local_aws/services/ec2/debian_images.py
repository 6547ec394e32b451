"""Debian's official images, which moto's catalogue lacks: in every region, found by owner, name or SSM parameter.

Without them a stack that boots Debian finds no image. There are two releases, so that "the newest" means something.
"""

from typing import Any

from moto.ec2.models.amis import AMIS, Ami
from moto.ssm.models import Parameter, ParameterDict

from local_aws.core.operations import correction, now

# Source: https://wiki.debian.org/Cloud/AmazonEC2Image/Trixie (read 2026-11): owner, names, root device, login.
OWNER = "136693071363"
ROOT_DEVICE = "/dev/xvda"
ROOT_SIZE_GIB = 8
ARCHITECTURES = {"amd64": "x86_64", "arm64": "arm64"}
RELEASES = {"20260101-2345": "2026-01-01T23:45:00.000Z", "20261005-2400": "2026-10-06T00:00:00.000Z"}
PARAMETER = "/aws/service/debian/release/13/latest/"


def _id(debian_architecture: str, release: str) -> str:
    # Fixed, so that an image keeps its id whatever is started when: "deb13", the release, the architecture.
    return f"ami-deb13{release.replace('-', '')[2:]}{debian_architecture[:2].encode().hex()[-2:]}"


def _image(debian_architecture: str, release: str) -> dict[str, Any]:
    name = f"debian-13-{debian_architecture}-{release}"
    return {
        "ami_id": _id(debian_architecture, release),
        "name": name,
        "description": f"Debian 13 ({release})",
        "owner_id": OWNER,
        "image_location": f"amazon/{name}",
        "architecture": ARCHITECTURES[debian_architecture],
        "root_device_name": ROOT_DEVICE,
        "root_device_type": "ebs",
        "virtualization_type": "hvm",
        "hypervisor": "xen",
        "image_type": "machine",
        "sriov": "simple",
        "state": "available",
        "public": True,
        "creation_date": RELEASES[release],
    }


AMIS.extend(_image(architecture, release) for architecture in ARCHITECTURES for release in RELEASES)


@correction(ParameterDict, "_check_loading_status")
def load_debian_parameters(original: Any, parameters: ParameterDict, key: str) -> None:
    """Debian publishes its newest image as an SSM parameter, beside Amazon's, which moto knows."""
    original(parameters, key)
    if not str(key or "").startswith("/aws/service/debian/"):
        return
    for architecture in ARCHITECTURES:
        name = PARAMETER + architecture
        if not dict.__contains__(parameters, name):
            parameter = Parameter(
                account_id=parameters.account_id,
                name=name,
                value=_id(architecture, max(RELEASES)),
                parameter_type="String",
                description=None,
                allowed_pattern=None,
                keyid=None,
                last_modified_date=now(),
                version=1,
                data_type="text",
            )
            dict.__setitem__(parameters, name, [parameter])


def is_debian(image: Ami) -> bool:
    """Whether an image is one of those here."""
    return image.owner_id == OWNER
