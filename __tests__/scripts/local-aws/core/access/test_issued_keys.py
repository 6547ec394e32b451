"""The keys that IAM and STS give out sign requests, until they expire or are revoked."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from signing import client_with, credentials_of, key_of


def user_key(aws: Any) -> Credentials:
    iam = aws.client("iam")
    iam.create_user(UserName="ada")
    return credentials_of(iam.create_access_key(UserName="ada")["AccessKey"])


def assumed_role(aws: Any) -> Credentials:
    policy = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": "*"}}]}
    role = aws.client("iam").create_role(RoleName="reader", AssumeRolePolicyDocument=json.dumps(policy))["Role"]["Arn"]
    return credentials_of(aws.client("sts").assume_role(RoleArn=role, RoleSessionName="ada")["Credentials"])


GIVEN_OUT: dict[str, Callable[[Any], Credentials]] = {
    "a user's key": user_key,
    "an assumed role": assumed_role,
    "a session": lambda aws: credentials_of(aws.client("sts").get_session_token()["Credentials"]),
    "a federated user": lambda aws: credentials_of(aws.client("sts").get_federation_token(Name="ada")["Credentials"]),
}


@pytest.mark.parametrize("kind", GIVEN_OUT)
def test_keys_sign_also_after_a_crash(start, tmp_path, kind):
    aws = start(tmp_path / "home")
    given = GIVEN_OUT[kind](aws)
    for _ in range(2):
        for service, method in (("ec2", "describe_volumes"), ("s3", "list_buckets")):
            assert getattr(client_with(aws, service, given), method)()
            with pytest.raises(ClientError, match=r"AuthFailure|SignatureDoesNotMatch"):
                forged = Credentials(given.access_key, "guessed", given.token)
                getattr(client_with(aws, service, forged), method)()
        aws.kill()
        aws.start()


def test_a_session_needs_its_token_and_expires(aws):
    sts = aws.client("sts")
    given = credentials_of(sts.get_session_token(DurationSeconds=900)["Credentials"])
    for token in (None, "another"):
        with pytest.raises(ClientError, match="InvalidClientTokenId"):
            client_with(aws, "sts", Credentials(given.access_key, given.secret_key, token)).get_caller_identity()
    # AWS gives out no session as short, and boto3 would refuse to ask for it.
    hasty = client_with(aws, "sts", key_of(aws.home), parameter_validation=False)
    short = credentials_of(hasty.get_session_token(DurationSeconds=1)["Credentials"])
    time.sleep(1.5)
    with pytest.raises(ClientError, match="ExpiredToken"):
        client_with(aws, "sts", short).get_caller_identity()


def test_an_inactive_key_opens_nothing(aws):
    iam = aws.client("iam")
    iam.create_user(UserName="grace")
    given = credentials_of(iam.create_access_key(UserName="grace")["AccessKey"])
    client = client_with(aws, "ec2", given)
    assert client.describe_volumes()
    iam.update_access_key(UserName="grace", AccessKeyId=given.access_key, Status="Inactive")
    with pytest.raises(ClientError, match="AuthFailure"):
        client.describe_volumes()
    iam.delete_access_key(UserName="grace", AccessKeyId=given.access_key)
    with pytest.raises(ClientError, match="AuthFailure"):
        client.describe_volumes()


def test_a_key_opens_nothing_without_its_user(aws):
    iam = aws.client("iam")
    iam.create_user(UserName="katherine")
    client = client_with(aws, "ec2", credentials_of(iam.create_access_key(UserName="katherine")["AccessKey"]))
    assert client.describe_volumes()
    iam.delete_user(UserName="katherine")
    with pytest.raises(ClientError, match="AuthFailure"):
        client.describe_volumes()
