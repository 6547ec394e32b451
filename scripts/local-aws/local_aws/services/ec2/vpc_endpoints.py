"""VPC endpoints.

moto takes services that do not exist, lets two endpoints of a VPC have the same names, and lists deleted endpoints for
ever. It gives an interface endpoint addresses outside its subnets, and no security group. When subnets, groups or route
tables change, it leaves interfaces and routes as they were, and then fails to delete the endpoint.
"""

from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.vpcs import VPCBackend, VPCEndPoint

from local_aws.core.operations import ApiError, correction

from .vpc_endpoint_services import require_service


def install() -> None:
    """Makes an endpoint agree with its interfaces and routes."""
    correction(VPCBackend, "create_vpc_endpoint")(create_vpc_endpoint)
    correction(VPCBackend, "modify_vpc_endpoint")(modify_vpc_endpoint)
    correction(VPCBackend, "delete_vpc_endpoints")(delete_vpc_endpoints)


def create_vpc_endpoint(
    original: Any, backend: EC2Backend, vpc_id: str, service_name: str, endpoint_type: str | None, **keywords: Any
) -> VPCEndPoint:
    """Refuses a service that is not there, and names that the VPC has. Makes an interface in each subnet."""
    require_service(backend, service_name)
    if endpoint_type == "Interface" and keywords.get("private_dns_enabled"):
        _refuse_names_twice(backend, vpc_id, service_name)
    endpoint = original(backend, vpc_id, service_name, endpoint_type, **keywords)
    for interface_id in endpoint.network_interface_ids:
        backend.delete_network_interface(interface_id)
    endpoint.network_interface_ids = []
    _match_interfaces(backend, endpoint)
    return endpoint


def modify_vpc_endpoint(original: Any, backend: EC2Backend, vpc_id: str, *args: Any, **keywords: Any) -> None:
    """Lets interfaces and routes follow. moto calls the id of the endpoint `vpc_id`."""
    endpoint = backend.vpc_end_points.get(vpc_id)
    before = set(endpoint.route_table_ids) if endpoint else set()
    original(backend, vpc_id, *args, **keywords)
    _match_interfaces(backend, endpoint)
    _match_routes(backend, endpoint, before)


def delete_vpc_endpoints(original: Any, backend: EC2Backend, vpce_ids: list[str] | None = None) -> None:
    """Forgets deleted endpoints."""
    original(backend, vpce_ids)
    for endpoint_id in vpce_ids or []:
        backend.vpc_end_points.pop(endpoint_id, None)


def _refuse_names_twice(backend: EC2Backend, vpc_id: str, service_name: str) -> None:
    for other in backend.vpc_end_points.values():
        interface = (other.vpc_endpoint_type or "Gateway") == "Interface"
        if interface and other.private_dns_enabled and (other.vpc_id, other.service_name) == (vpc_id, service_name):
            raise ApiError(
                "InvalidParameter",
                "private-dns-enabled cannot be set because there is already a conflicting DNS domain "
                f"for {service_name} in the VPC {vpc_id}",
            )


def _match_interfaces(backend: EC2Backend, endpoint: VPCEndPoint) -> None:
    """Leaves one interface in each subnet of the endpoint, and none elsewhere."""
    if (endpoint.vpc_endpoint_type or "Gateway") != "Interface":
        return
    there = {backend.enis[each].subnet.id: backend.enis[each] for each in endpoint.network_interface_ids}
    for subnet_id in there.keys() - set(endpoint.subnet_ids):
        backend.delete_network_interface(there.pop(subnet_id).id)
    for subnet_id in endpoint.subnet_ids:
        there[subnet_id] = there.get(subnet_id) or _new_interface(backend, endpoint, subnet_id)
        there[subnet_id]._group_set = [backend.get_security_group_from_id(each) for each in endpoint.security_group_ids]
    endpoint.network_interface_ids = [each.id for each in there.values()]


def _match_routes(backend: EC2Backend, endpoint: VPCEndPoint, before: set[str]) -> None:
    """Leaves a route to the endpoint in each of its route tables, and none elsewhere."""
    prefix_list, now = endpoint.destination_prefix_list_id, set(endpoint.route_table_ids)
    for table in before - now:
        backend.delete_route(table, prefix_list)
    for table in now - before:
        backend.create_route(table, None, gateway_id=endpoint.id, destination_prefix_list_id=prefix_list)


def _new_interface(backend: EC2Backend, endpoint: VPCEndPoint, subnet_id: str) -> NetworkInterface:
    interface = backend.create_network_interface(
        subnet_id, [], group_ids=endpoint.security_group_ids, description=f"VPC Endpoint Interface {endpoint.id}"
    )
    interface.interface_type = "vpc_endpoint"
    interface.requester_managed = True
    return interface
