"""The services that have VPC endpoints."""

import pytest
from botocore.exceptions import ClientError


def types_of(ec2, name):
    found = ec2.describe_vpc_endpoint_services(ServiceNames=[f"com.amazonaws.eu-west-1.{name}"])["ServiceDetails"]
    return sorted(service["ServiceType"][0]["ServiceType"] for service in found)


@pytest.mark.parametrize(
    ("name", "types"),
    [("s3", ["Gateway", "Interface"]), ("dynamodb", ["Gateway", "Interface"]), ("ecr.api", ["Interface"])],
)
def test_a_service_has_these_types_of_endpoints(ec2, name, types):
    assert types_of(ec2, name) == types


def test_a_service_is_in_every_zone_of_the_region(ec2):
    (service,) = ec2.describe_vpc_endpoint_services(ServiceNames=["com.amazonaws.eu-west-1.ssm"])["ServiceDetails"]
    assert service["AvailabilityZones"] == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]


def test_every_service_has_an_id_of_its_own(ec2):
    ids = [service["ServiceId"] for service in ec2.describe_vpc_endpoint_services()["ServiceDetails"]]
    assert len(ids) == len(set(ids)) > 100


def test_fails_for_a_service_that_is_not_there(ec2):
    with pytest.raises(ClientError, match=r"\(InvalidServiceName\)"):
        types_of(ec2, "teleport")
