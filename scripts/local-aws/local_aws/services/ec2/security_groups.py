"""The security groups of an instance. On AWS they are those of its primary network interface; moto keeps two lists.

`vpc_security_group_ids` would drift when the groups came with the interface, or when they changed.
"""

from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.elastic_network_interfaces import NetworkInterfaceBackend
from moto.ec2.models.instances import Instance

from local_aws.core.operations import correction


def install() -> None:
    """Keeps the two lists the same."""
    correction(Instance, "prep_nics")(take_groups_of_interface)
    correction(NetworkInterfaceBackend, "modify_network_interface_attribute")(give_groups_to_instance)


def take_groups_of_interface(original: Any, instance: Instance, *args: Any, **keywords: Any) -> None:
    """Gives an instance without groups those of its interface."""
    original(instance, *args, **keywords)
    if not instance.security_groups and 0 in instance.nics:
        instance.security_groups = list(instance.nics[0]._group_set)


def give_groups_to_instance(
    original: Any, backend: EC2Backend, eni_id: str, group_ids: list[str] | None = None, *args: Any, **keywords: Any
) -> Any:
    """Gives an instance the new groups of its primary interface."""
    result = original(backend, eni_id, group_ids, *args, **keywords)
    interface = backend.get_network_interface(eni_id)
    if group_ids and interface.instance and interface.device_index == 0:
        interface.instance.security_groups = [backend.get_security_group_from_id(each) for each in group_ids]
    return result
