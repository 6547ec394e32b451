"""Secrets that are scheduled for deletion."""

import pytest
from botocore.exceptions import ClientError


def test_fails_to_create_a_secret_with_the_name_of_a_deleted_one(aws):
    secrets = aws.client("secretsmanager")
    secrets.create_secret(Name="deleted", SecretString="first")
    secrets.delete_secret(SecretId="deleted", RecoveryWindowInDays=7)
    with pytest.raises(ClientError, match="already scheduled for deletion") as refused:
        secrets.create_secret(Name="deleted", SecretString="second")
    assert refused.value.response["Error"]["Code"] == "InvalidRequestException"


def test_a_restored_secret_has_its_value(aws):
    secrets = aws.client("secretsmanager")
    secrets.create_secret(Name="restored", SecretString="value")
    secrets.delete_secret(SecretId="restored", RecoveryWindowInDays=7)
    secrets.restore_secret(SecretId="restored")
    assert secrets.get_secret_value(SecretId="restored")["SecretString"] == "value"


def test_a_name_is_free_once_its_secret_is_gone(aws):
    secrets = aws.client("secretsmanager")
    secrets.create_secret(Name="gone", SecretString="first")
    secrets.delete_secret(SecretId="gone", ForceDeleteWithoutRecovery=True)
    secrets.create_secret(Name="gone", SecretString="second")
    assert secrets.get_secret_value(SecretId="gone")["SecretString"] == "second"
