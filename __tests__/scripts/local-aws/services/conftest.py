"""Clients that the tests of several services use."""

import pytest


@pytest.fixture(scope="module")
def sqs(aws):
    return aws.client("sqs")
