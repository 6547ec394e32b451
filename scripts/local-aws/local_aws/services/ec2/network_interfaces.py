"""The network interfaces of an instance.

On AWS, the security groups of an instance are those of its primary interface. moto keeps two lists, so that
`vpc_security_group_ids` would drift. On AWS, an interface that is made with an instance ends with it. moto keeps it, so
that its subnet could not be deleted.
"""

from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.elastic_network_interfaces import NetworkInterfaceBackend
from moto.ec2.models.instances import Instance

from local_aws.core.operations import correction


def install() -> None:
    """Lets an instance and its interfaces agree."""
    correction(Instance, "prep_nics")(prep_nics)
    correction(Instance, "terminate")(terminate)
    correction(NetworkInterfaceBackend, "modify_network_interface_attribute")(give_groups_to_instance)


def prep_nics(original: Any, instance: Instance, nic_spec: list[dict[str, Any]], *args: Any, **keywords: Any) -> None:
    """Gives an instance without groups those of its interface. Lets interfaces end with it unless told otherwise."""
    kept = {
        int(nic.get("DeviceIndex", 0))
        for nic in nic_spec
        if nic.get("NetworkInterfaceId") or nic.get("DeleteOnTermination") is False
    }
    original(instance, nic_spec, *args, **keywords)
    for index in instance.nics.keys() - kept:
        instance.nics[index].delete_on_termination = True
    if not instance.security_groups and 0 in instance.nics:
        instance.security_groups = list(instance.nics[0]._group_set)


def terminate(original: Any, instance: Instance) -> Any:
    """Deletes each interface once, also if an instance is ended twice."""
    for interface in instance.nics.values():
        interface.delete_on_termination &= interface.id in instance.ec2_backend.enis
    return original(instance)


def give_groups_to_instance(
    original: Any, backend: EC2Backend, eni_id: str, group_ids: list[str] | None = None, *args: Any, **keywords: Any
) -> Any:
    """Gives an instance the new groups of its primary interface."""
    result = original(backend, eni_id, group_ids, *args, **keywords)
    interface = backend.get_network_interface(eni_id)
    if group_ids and interface.instance and interface.device_index == 0:
        interface.instance.security_groups = [backend.get_security_group_from_id(each) for each in group_ids]
    return result
