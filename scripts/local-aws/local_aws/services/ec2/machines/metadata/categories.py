"""What an instance reads about itself, by AWS's categories. It is made from EC2's state for every request.

Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-metadata.html (read 2026-11).
"""

import json
from collections.abc import Callable
from typing import Any

from moto.utilities.utils import get_partition

from local_aws.core.operations import now
from local_aws.services.sts.role_sessions import RoleCredentials

from .. import view
from .tree import Node, PublicKey

# Returns the credentials of a role for an instance.
CredentialsOf = Callable[[Any, Any], RoleCredentials | None]
TIME = "%Y-%m-%dT%H:%M:%SZ"
# AWS lists the root disk by these two names.
_ROOT_DISK = ("ami", "root")


def tree_of(instance: Any, credentials_of: CredentialsOf) -> dict[str, Node]:
    """Returns everything below a version, such as `latest`. A role's credentials are made when they are read."""
    tree: dict[str, Node] = {
        # Nobody but AWS can sign it: `signature`, `pkcs7` and `rsa2048` are missing.
        "dynamic": {"instance-identity": {"document": json.dumps(_identity(instance), indent=2)}},
        "meta-data": _metadata(instance, credentials_of),
    }
    user_data = view.sent_user_data_of(instance)
    return {**tree, "user-data": user_data} if user_data else tree


def _metadata(instance: Any, credentials_of: CredentialsOf) -> dict[str, Node]:
    partition = get_partition(instance.region_name)
    groups = [group.name for group in instance.security_groups]
    tree: dict[str, Node] = {
        "ami-id": instance.image_id,
        "ami-launch-index": str(instance.ami_launch_index or 0),
        "ami-manifest-path": "(unknown)",
        "block-device-mapping": _block_devices(instance),
        "hostname": instance.private_dns_name,
        "iam": _iam(instance, credentials_of),
        "instance-action": "none",
        "instance-id": instance.id,
        "instance-life-cycle": instance.lifecycle or "on-demand",
        "instance-type": instance.instance_type,
        "local-hostname": instance.private_dns_name,
        "local-ipv4": instance.private_ip,
        "mac": instance.nics[0].mac_address,
        "network": {
            "interfaces": {
                "macs": {nic.mac_address: _interface(instance, nic) for _, nic in sorted(instance.nics.items())}
            }
        },
        "placement": _placement(instance),
        "profile": "default-hvm",
        "public-hostname": instance.public_dns_name,
        "public-ipv4": instance.public_ip,
        "public-keys": {
            str(number): PublicKey(instance.key_name, key) for number, key in enumerate(view.keys_of(instance))
        },
        "reservation-id": _reservation(instance),
        "security-groups": "\n".join(groups),
        "services": {
            "domain": "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com",
            "partition": partition,
        },
        "tags": _tags(instance),
    }
    # AWS has no category for what an instance does not have.
    return {name: node for name, node in tree.items() if node}


def _block_devices(instance: Any) -> dict[str, Node]:
    mapping: dict[str, Node] = {}
    number = 0
    for device, _block in instance.get_block_device_mapping:
        if view.is_root_device(instance, device):
            mapping.update(dict.fromkeys(_ROOT_DISK, device))
        else:
            number += 1
            mapping[f"ebs{number}"] = device.removeprefix("/dev/")
    return dict(sorted(mapping.items()))


def _iam(instance: Any, credentials_of: CredentialsOf) -> dict[str, Node]:
    profile = _profile(instance)
    if profile is None:
        return {}
    info = {
        "Code": "Success",
        "LastUpdated": now().strftime(TIME),
        "InstanceProfileArn": profile.arn,
        "InstanceProfileId": profile.id,
    }
    roles: dict[str, Node] = {
        role.name: lambda role=role: _credentials(credentials_of(instance, role)) for role in profile.roles
    }
    return {"info": json.dumps(info, indent=2), **({"security-credentials": roles} if roles else {})}


def _credentials(credentials: RoleCredentials | None) -> str:
    if credentials is None:
        return json.dumps({"Code": "AssumeRoleUnauthorizedAccess", "LastUpdated": now().strftime(TIME)}, indent=2)
    return json.dumps(
        {
            "Code": "Success",
            "LastUpdated": credentials.made.strftime(TIME),
            "Type": "AWS-HMAC",
            "AccessKeyId": credentials.access_key_id,
            "SecretAccessKey": credentials.secret_access_key,
            "Token": credentials.session_token,
            "Expiration": credentials.expiration.strftime(TIME),
        },
        indent=2,
    )


def _interface(instance: Any, nic: Any) -> dict[str, Node]:
    backend = instance.ec2_backend
    vpc = backend.get_vpc(nic.subnet.vpc_id)
    groups = nic.group_set
    private = [entry["PrivateIpAddress"] for entry in nic.private_ip_addresses]
    # The address that the machine has by its elastic or public address.
    associations: dict[str, Node] = {nic.public_ip: nic.private_ip_address} if nic.public_ip else {}
    tree: dict[str, Node] = {
        "device-number": str(nic.device_index),
        "interface-id": nic.id,
        "ipv4-associations": associations,
        "local-hostname": instance.private_dns_name,
        "local-ipv4s": "\n".join(private),
        "mac": nic.mac_address,
        "network-card": "0",
        "owner-id": instance.owner_id,
        "public-hostname": instance.public_dns_name if nic is instance.nics[0] else None,
        "public-ipv4s": nic.public_ip,
        "security-group-ids": "\n".join(group.id for group in groups),
        "security-groups": "\n".join(group.name for group in groups),
        "subnet-id": nic.subnet.id,
        "subnet-ipv4-cidr-block": nic.subnet.cidr_block,
        "vpc-id": vpc.id,
        "vpc-ipv4-cidr-block": vpc.cidr_block,
        "vpc-ipv4-cidr-blocks": "\n".join(block["cidr_block"] for block in vpc.cidr_block_association_set),
    }
    return {name: node for name, node in tree.items() if node}


def _tags(instance: Any) -> dict[str, Node]:
    if instance.metadata_options.instance_metadata_tags != "enabled":
        return {}
    return {"instance": {tag["key"]: tag["value"] for tag in instance.get_tags()}}


def _placement(instance: Any) -> dict[str, Node]:
    zone, backend = instance.availability_zone, instance.ec2_backend
    ids = {each.name: each.zone_id for each in backend.describe_availability_zones()}
    return {
        "availability-zone": zone,
        **({"availability-zone-id": ids[zone]} if zone in ids else {}),
        "region": instance.region_name,
    }


def _reservation(instance: Any) -> str | None:
    reservations = list(instance.ec2_backend.reservations.values())
    return next((each.id for each in reservations if instance in each.instances), None)


def _profile(instance: Any) -> Any:
    association = instance.ec2_backend.iam_instance_profile_associations.get(instance.id)
    return association.iam_instance_profile if association else None


def _identity(instance: Any) -> dict[str, Any]:
    return {
        "accountId": instance.owner_id,
        "architecture": instance.architecture,
        "availabilityZone": instance.availability_zone,
        "billingProducts": None,
        "devpayProductCodes": None,
        "marketplaceProductCodes": None,
        "imageId": instance.image_id,
        "instanceId": instance.id,
        "instanceType": instance.instance_type,
        "kernelId": None,
        "pendingTime": instance.launch_time.strftime(TIME),
        "privateIp": instance.private_ip,
        "ramdiskId": None,
        "region": instance.region_name,
        "version": "2017-09-30",
    }
