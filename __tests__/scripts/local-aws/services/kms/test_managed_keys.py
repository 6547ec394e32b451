"""KMS keys that AWS manages for a service."""

import pytest


@pytest.mark.parametrize("service", ["ebs", "s3", "workspaces", "backup"])
def test_aws_managed_keys_have_their_alias(aws, service):
    aliases = {alias["AliasName"] for alias in aws.client("kms").list_aliases()["Aliases"]}
    assert f"alias/aws/{service}" in aliases
