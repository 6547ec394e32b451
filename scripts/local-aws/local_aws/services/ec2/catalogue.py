"""The images that AWS provides, and their snapshots: a region has 630 of each, and they never change."""

from moto.ec2.models.amis import Ami
from moto.ec2.models.elastic_block_store import Snapshot

from local_aws.core.saving import keep_in_catalogue


def install() -> None:
    """Saves them once, beside the state."""
    keep_in_catalogue(Ami, _is_provided)
    keep_in_catalogue(Snapshot, _is_of_provided_image)


def _is_provided(image: Ami) -> bool:
    return image.owner_alias == "amazon"


def _is_of_provided_image(snapshot: Snapshot) -> bool:
    image = snapshot.ec2_backend.amis.get(snapshot.from_ami) if snapshot.from_ami else None
    return image is not None and _is_provided(image)
