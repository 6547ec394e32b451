"""S3: policies are kept and told, not enforced.

moto applies a Deny without looking at its condition: without this, a bucket that refuses plain HTTP refuses everybody.
"""

from typing import Any

from moto.iam.access_control import PermissionResult
from moto.s3.models import FakeBucket

from local_aws.core.operations import correction


@correction(FakeBucket, "get_permission")
def enforce_no_policy(_original: Any, _bucket: FakeBucket, _action: str, _resource: str) -> PermissionResult:
    """Neither allows nor denies."""
    return PermissionResult.NEUTRAL
