"""GetAuthorizationToken gives a token to every caller whose call is signed."""

import base64
import datetime

import pytest
from botocore.exceptions import ClientError
from signing import client_with, credentials_of

TRUST = '{"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}]}'


def test_a_token_lasts_twelve_hours(registry):
    (given,) = registry.ecr.get_authorization_token()["authorizationData"]
    left = given["expiresAt"] - datetime.datetime.now(datetime.UTC)
    assert datetime.timedelta(hours=11, minutes=59) < left <= datetime.timedelta(hours=12)


def test_this_computer_is_told_to_push_where_it_called(registry):
    (given,) = registry.ecr.get_authorization_token()["authorizationData"]
    assert given["proxyEndpoint"] == f"http://127.0.0.1:{registry.aws.port}"


def test_a_role_gets_a_token_and_pulls_with_it(registry, image):
    name = registry.repository("by-a-role")
    pushed = registry.push(name, image("by a role"), "v1")
    registry.aws.client("iam").create_role(RoleName="puller", AssumeRolePolicyDocument=TRUST)
    session = registry.aws.client("sts").assume_role(
        RoleArn="arn:aws:iam::123456789012:role/puller", RoleSessionName="task"
    )
    ecr = client_with(registry.aws, "ecr", credentials_of(session["Credentials"]))
    (given,) = ecr.get_authorization_token()["authorizationData"]
    user = base64.b64decode(given["authorizationToken"]).decode()
    assert registry.ask("GET", f"/v2/{name}/manifests/v1", user=user).body == pushed.manifest


def test_the_callers_own_registry_may_be_named(registry):
    (given,) = registry.ecr.get_authorization_token(registryIds=["123456789012"])["authorizationData"]
    assert registry.ask("GET", "/v2/", user=base64.b64decode(given["authorizationToken"]).decode()).status == 200


def test_fails_to_give_a_token_for_the_registry_of_another_account(registry):
    with pytest.raises(ClientError, match="ecr:GetAuthorizationToken with registryIds"):
        registry.ecr.get_authorization_token(registryIds=["999999999999"])
