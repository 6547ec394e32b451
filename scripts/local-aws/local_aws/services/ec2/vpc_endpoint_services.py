"""The services of AWS that have VPC endpoints, which `aws_vpc_endpoint_service` finds.

To list them, moto loads every service that it has. Some need packages that a local AWS does not install.
"""

from typing import Any

from moto.ec2.exceptions import InvalidServiceName
from moto.ec2.models import EC2Backend
from moto.ec2.models.vpcs import AWS_ENDPOINT_SERVICES, VPCBackend

from local_aws.core.operations import correction

WITH_GATEWAY = ("dynamodb", "s3")


def install() -> None:
    """Replaces moto's list."""
    correction(VPCBackend, "_collect_default_endpoint_services")(list_services)


def list_services(_original: Any, backend: EC2Backend, _account: str, region: str) -> list[dict[str, Any]]:
    """Returns the services of a region, one entry for each type of endpoint."""
    zones = [zone.name for zone in backend.describe_availability_zones()]
    entries = [("Interface", name) for name in sorted(set(AWS_ENDPOINT_SERVICES))]
    entries += [("Gateway", name) for name in WITH_GATEWAY]
    return [
        {
            "ServiceName": f"com.amazonaws.{region}.{name}",
            "ServiceId": f"vpce-svc-{number:017x}",
            "ServiceType": [{"ServiceType": type_}],
            "AvailabilityZones": zones,
            "Owner": "amazon",
            "AcceptanceRequired": False,
            "ManagesVpcEndpoints": False,
            "VpcEndpointPolicySupported": True,
            "Tags": [],
        }
        for number, (type_, name) in enumerate(entries)
    ]


def require_service(backend: EC2Backend, name: str) -> None:
    """Refuses a name that neither AWS nor the account has given to a service."""
    own = [each.to_dict() for each in backend.configurations.values()]
    services = [*backend._collect_default_endpoint_services(backend.account_id, backend.region_name), *own]
    if not any(each["ServiceName"] == name for each in services):
        raise InvalidServiceName(name)
