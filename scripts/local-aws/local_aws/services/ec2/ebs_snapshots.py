"""Snapshots: moto's share the volume they were taken of, so that an old snapshot grows with its volume.

Without this a volume restored from it gets the wrong size, and a plan that names the snapshot drifts.
"""

import copy
from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.elastic_block_store import EBSBackend, Snapshot
from moto.ec2.responses.elastic_block_store import ElasticBlockStore

from local_aws.core.operations import ApiError, correction


@correction(Snapshot, "__init__")
def keep_volume_as_it_was(original: Any, snapshot: Snapshot, *args: Any, **keywords: Any) -> None:
    """Takes the volume's size and key as they are at this moment."""
    original(snapshot, *args, **keywords)
    snapshot.volume = copy.copy(snapshot.volume)
    snapshot.kms_key_id = snapshot.kms_key_id or (snapshot.volume.kms_key_id if snapshot.encrypted else None)


@correction(EBSBackend, "create_volume")
def keep_key_of_snapshot(original: Any, backend: EC2Backend, *args: Any, **keywords: Any) -> Any:
    """A volume made from an encrypted snapshot is encrypted with the snapshot's key, unless another is asked for."""
    snapshot_id = keywords.get("snapshot_id")
    snapshot = backend.get_snapshot(snapshot_id) if snapshot_id else None
    if snapshot and snapshot.encrypted and not keywords.get("kms_key_id"):
        keywords.update(encrypted=True, kms_key_id=snapshot.kms_key_id)
    return original(backend, *args, **keywords)


@correction(EBSBackend, "get_snapshot")
def name_missing_snapshot(original: Any, backend: EC2Backend, snapshot_id: str) -> Snapshot:
    """Says which snapshot is missing: moto's message is empty."""
    if snapshot_id not in backend.snapshots:
        raise ApiError("InvalidSnapshot.NotFound", f"the snapshot '{snapshot_id}' does not exist")
    return original(backend, snapshot_id)


@correction(EBSBackend, "describe_snapshots")
def name_missing_snapshots(
    original: Any, backend: EC2Backend, snapshot_ids: list[str] | None = None, filters: Any = None
) -> list[Snapshot]:
    """Says which snapshot is missing, likewise."""
    for snapshot_id in snapshot_ids or ():
        backend.get_snapshot(snapshot_id)
    return original(backend, snapshot_ids, filters)


@correction(ElasticBlockStore, "describe_snapshots")
def tell_only_the_owners(original: Any, response: ElasticBlockStore) -> Any:
    """Heeds `OwnerIds`: moto tells the snapshots of every published image as if they were one's own."""
    owners = response._get_param("OwnerIds", [])
    wanted = {response.current_account if owner == "self" else owner for owner in owners}
    answer = original(response)
    if wanted:
        answer.result["Snapshots"] = [each for each in answer.result["Snapshots"] if each.owner_id in wanted]
    return answer
