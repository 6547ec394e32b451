"""EC2 and EBS, which is a part of EC2's API. `machines` is installed where machines can boot."""

from . import (
    addresses,
    block_devices,
    catalogue,
    credit_specifications,
    debian_images,
    ebs_attachments,
    ebs_modifications,
    ebs_snapshots,
    ebs_volumes,
    image_builds,
    images,
    instances,
    internet_gateways,
    launch_templates,
    metadata_options,
    monitoring,
    nat_gateways,
    network_interfaces,
    security_group_rules,
    snapshot_permissions,
    subnets,
    tagged_resources,
    vpc_endpoint_services,
    vpc_endpoints,
    vpcs,
    whole,
)

_MODULES = (
    addresses,
    block_devices,
    catalogue,
    credit_specifications,
    debian_images,
    ebs_attachments,
    ebs_modifications,
    ebs_snapshots,
    ebs_volumes,
    image_builds,
    images,
    instances,
    internet_gateways,
    launch_templates,
    metadata_options,
    monitoring,
    nat_gateways,
    network_interfaces,
    security_group_rules,
    snapshot_permissions,
    subnets,
    tagged_resources,
    vpc_endpoint_services,
    vpc_endpoints,
    vpcs,
    whole,
)


def install() -> None:
    """Puts the corrections in place. Call it once."""
    for module in _MODULES:
        module.install()
