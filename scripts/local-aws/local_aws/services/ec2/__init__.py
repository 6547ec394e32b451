"""EC2 and EBS, which is a part of EC2's API. `machines` is installed where machines can boot."""

from . import (
    addresses,
    block_devices,
    catalogue,
    debian_images,
    ebs_attachments,
    ebs_snapshots,
    ebs_volumes,
    image_builds,
    images,
    instances,
    internet_gateways,
    metadata_options,
    monitoring,
    nat_gateways,
    network_interfaces,
    security_group_rules,
    subnets,
    vpc_endpoint_services,
    vpc_endpoints,
    vpcs,
)

# Two modules may correct one method. Then the later one runs first, and calls the earlier one:
# - create_volume: ebs_volumes encrypts by default before ebs_snapshots looks for the snapshot's key
# - run_instances: metadata_options and instances refuse a wrong request before block_devices makes disks
_IN_ORDER = (
    debian_images,
    catalogue,
    ebs_attachments,
    ebs_snapshots,
    ebs_volumes,
    addresses,
    images,
    block_devices,
    image_builds,
    instances,
    internet_gateways,
    metadata_options,
    monitoring,
    nat_gateways,
    network_interfaces,
    security_group_rules,
    subnets,
    vpc_endpoint_services,
    vpc_endpoints,
    vpcs,
)


def install() -> None:
    """Puts the corrections in place. Call it once."""
    for module in _IN_ORDER:
        module.install()
