"""What an instance says of how its machine boots."""

from typing import Any

from local_aws.host.driver import MachineSpec
from local_aws.host.fleet import Fleet
from local_aws.host.record import Record

from . import view


def spec_of(fleet: Fleet, instance: Any) -> MachineSpec:
    """Returns how to boot the machine of an instance now. Call it while nobody changes the state.

    Raises NoFreeAddress when the machine needs an address that AWS does not give it, and there is none.
    """
    record = _record_of(fleet, instance)
    return MachineSpec(
        id=instance.id,
        layers=fleet.layers.usable(record),
        hostname=instance.private_dns_name.split(".")[0],
        mac_address=instance.nics[0].mac_address,
        addresses=view.addresses_of(instance, fleet.plan, record.link_address),
        keys=view.keys_of(instance),
        placement=view.placement_of(instance),
        user_data=view.user_data_of(instance),
        volumes={volume.id: int(volume.size) for volume in view.data_volumes_of(instance)},
    )


def _record_of(fleet: Fleet, instance: Any) -> Record:
    record = fleet.record(instance.id, instance.image_id)
    if view.needs_link_address(instance, fleet.plan):
        record = fleet.claim_link_address(instance.id, view.used_addresses)
    return record
