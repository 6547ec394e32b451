"""Snapshots. moto's share the object of their volume, so that an old snapshot grows with its volume.

A volume from such a snapshot would get the wrong size, and a plan that names the snapshot would drift. moto also
deletes a snapshot that an image still needs.
"""

import copy
from typing import Any

from moto.ec2.exceptions import InvalidSnapshotInUse
from moto.ec2.models import EC2Backend
from moto.ec2.models.elastic_block_store import EBSBackend, Snapshot
from moto.ec2.responses.elastic_block_store import ElasticBlockStore

from local_aws.core.ignored_parameters import may_be_ignored
from local_aws.core.operations import ApiError, correction


def install() -> None:
    """Gives every snapshot numbers of its own, and errors that name it. Keeps those of images."""
    correction(Snapshot, "__init__")(keep_volume_as_it_was)
    correction(EBSBackend, "get_snapshot")(name_missing_snapshot)
    correction(EBSBackend, "describe_snapshots")(name_missing_snapshots)
    correction(EBSBackend, "delete_snapshot")(refuse_while_an_image_has_it)
    correction(ElasticBlockStore, "describe_snapshots")(return_only_the_owners)
    # Clients add them by themselves to a copy between regions.
    may_be_ignored("ec2", "CopySnapshot", "DestinationRegion", "PresignedUrl")


def keep_volume_as_it_was(original: Any, snapshot: Snapshot, *args: Any, **keywords: Any) -> None:
    """Keeps the size and the key that the volume has at this moment."""
    original(snapshot, *args, **keywords)
    snapshot.volume = copy.copy(snapshot.volume)
    snapshot.kms_key_id = snapshot.kms_key_id or (snapshot.volume.kms_key_id if snapshot.encrypted else None)


def name_missing_snapshot(original: Any, backend: EC2Backend, snapshot_id: str) -> Snapshot:
    """Names the snapshot that is missing. moto's message is empty."""
    if snapshot_id not in backend.snapshots:
        raise ApiError("InvalidSnapshot.NotFound", f"the snapshot '{snapshot_id}' does not exist")
    return original(backend, snapshot_id)


def name_missing_snapshots(
    original: Any, backend: EC2Backend, snapshot_ids: list[str] | None = None, filters: Any = None
) -> list[Snapshot]:
    """Names the snapshot that is missing, likewise."""
    for snapshot_id in snapshot_ids or ():
        backend.get_snapshot(snapshot_id)
    return original(backend, snapshot_ids, filters)


def refuse_while_an_image_has_it(original: Any, backend: EC2Backend, snapshot_id: str) -> Snapshot:
    """Refuses to delete the snapshot of an image's data disk. moto refuses it for the root disk alone."""
    for image in backend.amis.values():
        if any(disk["Ebs"]["SnapshotId"] == snapshot_id for disk in image.data_disks):
            raise InvalidSnapshotInUse(snapshot_id, image.id)
    return original(backend, snapshot_id)


def return_only_the_owners(original: Any, response: ElasticBlockStore) -> Any:
    """Filters by `OwnerIds`. moto returns the snapshots of every public image as if they were the caller's."""
    owners = response._get_param("OwnerIds", [])
    wanted = {response.current_account if owner == "self" else owner for owner in owners}
    answer = original(response)
    if wanted:
        answer.result["Snapshots"] = [each for each in answer.result["Snapshots"] if each.owner_id in wanted]
    return answer
