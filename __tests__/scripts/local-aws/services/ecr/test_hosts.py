"""Which requests are for a registry."""

import pytest
from local_aws.services.ecr.hosts import address_for, is_for_registry, registry_named
from local_aws.services.ecr.tokens import RegistryName

NAME = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"


def request(host, path, **more):
    return {"HTTP_HOST": host, "PATH_INFO": path, **more}


@pytest.mark.parametrize("host", [NAME, f"{NAME}:443", NAME.upper()])
def test_a_host_names_account_and_region(host):
    assert registry_named(host) == RegistryName("123456789012", "eu-west-1")


@pytest.mark.parametrize("host", ["api.ecr.eu-west-1.amazonaws.com", "dkr.ecr.eu-west-1.amazonaws.com", f"{NAME}.org"])
def test_other_names_are_no_registry(host):
    assert registry_named(host) is None


@pytest.mark.parametrize("host", ["127.0.0.1:4566", "localhost:4566", "[::1]:4566", "any.localhost:4566"])
def test_a_caller_on_this_computer_gets_the_address_of_the_api(host):
    assert address_for(host, RegistryName("123456789012", "eu-west-1")) == "http://127.0.0.1:4566"


def test_the_address_of_an_api_without_a_port_has_none():
    assert address_for("localhost", RegistryName("123456789012", "eu-west-1")) == "http://127.0.0.1"


@pytest.mark.parametrize("host", ["api.ecr.eu-west-1.amazonaws.com", "127.0.0.1.org:4566", ""])
def test_other_callers_get_the_name_of_the_registry(host):
    assert address_for(host, RegistryName("123456789012", "eu-west-1")) == f"https://{NAME}"


@pytest.mark.parametrize(
    "asked",
    [
        request(NAME, "/v2/"),
        request(NAME, "/"),
        request("localhost:4566", "/v2/"),
        request("127.0.0.1:4566", "/v2"),
        request("localhost:4566", "/v2/app/manifests/v1", HTTP_AUTHORIZATION="Basic QVdTOng="),
    ],
)
def test_is_for_a_registry(asked):
    assert is_for_registry(asked)


@pytest.mark.parametrize(
    "asked",
    [
        request("localhost:4566", "/"),
        request("localhost:4566", "/v2x/"),
        request("localhost:4566", "/v2/apis", HTTP_AUTHORIZATION="AWS4-HMAC-SHA256 Credential=x"),
        request("localhost:4566", "/v2/key", QUERY_STRING="X-Amz-Algorithm=x&X-Amz-Signature=x"),
        request("email.eu-west-1.amazonaws.com", "/v2/email/identities"),
    ],
)
def test_is_for_a_service_of_aws(asked):
    assert not is_for_registry(asked)
