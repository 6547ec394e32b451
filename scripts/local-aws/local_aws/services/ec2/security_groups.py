"""Security groups of an instance are those of its primary network interface; moto keeps two lists.

Without this `vpc_security_group_ids` of an instance whose groups came with the interface, or changed, drifts for ever.
"""

from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.elastic_network_interfaces import NetworkInterfaceBackend
from moto.ec2.models.instances import Instance

from local_aws.core.operations import correction


@correction(Instance, "prep_nics")
def take_groups_of_interface(original: Any, instance: Instance, *args: Any, **keywords: Any) -> None:
    """An instance without groups of its own has those of its interface."""
    original(instance, *args, **keywords)
    if not instance.security_groups and 0 in instance.nics:
        instance.security_groups = list(instance.nics[0]._group_set)


@correction(NetworkInterfaceBackend, "modify_network_interface_attribute")
def give_groups_to_instance(
    original: Any, backend: EC2Backend, eni_id: str, group_ids: list[str] | None = None, *args: Any, **keywords: Any
) -> Any:
    """New groups of the primary interface are the instance's groups."""
    result = original(backend, eni_id, group_ids, *args, **keywords)
    interface = backend.get_network_interface(eni_id)
    if group_ids and interface.instance and interface.device_index == 0:
        interface.instance.security_groups = [backend.get_security_group_from_id(each) for each in group_ids]
    return result
