"""Modifications of volumes, which take a while: `modifying`, `optimizing`, `completed`.

moto's are completed at once. moto also keeps every modification of a volume: Terraform's provider fails with "too many
results" when a volume grows twice.
"""

from typing import Any

from moto.ec2.models import EC2Backend, ec2_backends
from moto.ec2.models.elastic_block_store import EBSBackend, Volume, VolumeModification
from moto.ec2.responses.elastic_block_store import ElasticBlockStore

from local_aws.core.life import Life, Record, Step
from local_aws.core.operations import ApiError, correction, now
from local_aws.core.stores import store_of

from .ebs_volumes import fill_speed, refuse_problems
from .whole import require_made

KIND = "volume_modifications"
STATE = "ModificationState"
COMPLETED = "completed"


def _end(_backend: Any, _record: Record) -> Record:
    return {"EndTime": now(), "Progress": 100}


LIFE = Life(
    ec2_backends,
    KIND,
    STATE,
    {
        # The volume has its new size when it is optimizing, and a file system may grow.
        "modifying": Step(then="optimizing", takes_sec=1),
        "optimizing": Step(then=COMPLETED, failed="failed", takes_sec=3, work=_end),
    },
)


def install() -> None:
    """Makes modifications take a while, one after another."""
    correction(ElasticBlockStore, "modify_volume")(modify_volume)
    correction(EBSBackend, "modify_volume")(keep_last_modification)
    correction(EBSBackend, "describe_volumes_modifications")(require_modification)
    correction(EBSBackend, "delete_volume")(forget)
    correction(VolumeModification, "get_filter_value")(filter_by_state)
    VolumeModification.modification_state = property(lambda modification: _record(modification).get(STATE, COMPLETED))
    VolumeModification.progress = property(lambda modification: _record(modification).get("Progress", 100))
    VolumeModification.end_time = property(_end_time, lambda _modification, _time: None)


def modify_volume(original: Any, response: ElasticBlockStore) -> Any:
    """Refuses what EBS refuses: a smaller size, wrong numbers, and a modification while another is under way."""
    get = response._get_param
    volume = response.ec2_backend.get_volume(get("VolumeId"))
    require_made(response.ec2_backend, volume.id)
    state = store_of(response.ec2_backend).get(KIND, {}).get(volume.id, {}).get(STATE, COMPLETED)
    if state != COMPLETED:
        raise ApiError(
            "IncorrectModificationState",
            f"Cannot modify volume {volume.id} in modification state {state.upper()}",
        )
    kind, size = get("VolumeType") or volume.volume_type, int(get("Size") or volume.size)
    if size < volume.size:
        raise ApiError(
            "InvalidParameterValue",
            f"new size cannot be smaller than existing size: {size} GiB is less than {volume.size}",
        )
    same_kind = kind == volume.volume_type
    iops = get("Iops") or (volume.iops if same_kind else None)
    refuse_problems(kind, size, iops, get("Throughput") or (volume.throughput if same_kind else None))
    return original(response)


def keep_last_modification(original: Any, backend: EC2Backend, volume_id: str, *args: Any, **keywords: Any) -> Volume:
    """Keeps the last modification of a volume, with all numbers before and after, as AWS does."""
    volume = backend.get_volume(volume_id)
    before = _numbers(volume)
    original(backend, volume_id, *args, **keywords)
    if volume.volume_type != before["volume_type"]:
        volume.iops = volume.iops if volume.modifications[-1].target_iops else None
        volume.throughput = volume.throughput if volume.modifications[-1].target_throughput else None
    fill_speed(volume)
    modification = volume.modifications[-1]
    for name, value in before.items():
        setattr(modification, f"original_{name}", value)
    for name, value in _numbers(volume).items():
        setattr(modification, f"target_{name}", value)
    volume.modifications[:] = [modification]
    store_of(backend).setdefault(KIND, {})[volume_id] = {"Progress": 0}
    LIFE.enter(backend, volume_id, "modifying")
    return volume


def require_modification(
    original: Any, backend: EC2Backend, volume_ids: list[str] | None = None, filters: Any = None
) -> list[VolumeModification]:
    """Fails for a volume that was never modified."""
    for volume_id in volume_ids or ():
        if not backend.get_volume(volume_id).modifications:
            raise ApiError(
                "InvalidVolumeModification.NotFound", f"modification for volume '{volume_id}' does not exist"
            )
    return original(backend, volume_ids, filters)


def forget(original: Any, backend: EC2Backend, volume_id: str) -> Volume:
    """Forgets the modification of a volume that is deleted."""
    deleted = original(backend, volume_id)
    store_of(backend).get(KIND, {}).pop(volume_id, None)
    return deleted


def filter_by_state(original: Any, modification: VolumeModification, filter_name: str) -> Any:
    """Filters by the state that a modification is in now."""
    return (
        modification.modification_state if filter_name == "modification-state" else original(modification, filter_name)
    )


def _record(modification: VolumeModification) -> Record:
    # A modification without a record was made before states were kept: it is completed.
    return store_of(modification.volume.ec2_backend).get(KIND, {}).get(modification.volume.id, {})


def _end_time(modification: VolumeModification) -> Any:
    return _record(modification).get("EndTime")


def _numbers(volume: Volume) -> dict[str, Any]:
    return {name: getattr(volume, name) for name in ("size", "volume_type", "iops", "throughput")}
