"""Debian's official images, which moto's catalogue lacks.

A caller that boots Debian would find no image. This adds two releases to every region, so that "the newest" has a
meaning.
"""

from typing import Any

from moto.ec2.models.amis import AMIS, Ami

# Source: https://wiki.debian.org/Cloud/AmazonEC2Image/Trixie (read 2026-11): owner, names, root device, login.
OWNER = "136693071363"
ROOT_DEVICE = "/dev/xvda"
ROOT_SIZE_GIB = 8
ARCHITECTURES = {"amd64": "x86_64", "arm64": "arm64"}
RELEASES = {"20260101-2345": "2026-01-01T23:45:00.000Z", "20261005-2400": "2026-10-06T00:00:00.000Z"}


def install() -> None:
    """Adds the images to moto's catalogue."""
    AMIS.extend(_image(architecture, release) for architecture in ARCHITECTURES for release in RELEASES)


def newest_image_id(debian_architecture: str) -> str:
    """Returns the id of the newest release: `debian_architecture` is amd64 or arm64."""
    return _id(debian_architecture, max(RELEASES))


def is_debian(image: Ami) -> bool:
    """Says whether an image is Debian's."""
    return image.owner_id == OWNER


def _id(debian_architecture: str, release: str) -> str:
    # "deb13", the release, the architecture: the id is the same in every local AWS and after every start.
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
