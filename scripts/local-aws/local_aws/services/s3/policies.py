"""Bucket policies. moto applies a Deny without its condition.

A bucket that denies plain HTTP would deny everybody. Policies are therefore kept and returned, and never evaluated.
"""

from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket

from local_aws.core.operations import correction


def install() -> None:
    """Turns the evaluation of bucket policies off."""
    correction(FakeBucket, "get_permission")(evaluate_nothing)


def evaluate_nothing(_original: Any, _bucket: FakeBucket, _action: str, _resource: str) -> PermissionResult:
    """Neither allows nor denies."""
    return PermissionResult.NEUTRAL
