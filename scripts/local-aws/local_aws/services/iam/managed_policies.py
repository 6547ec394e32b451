"""The policies that AWS manages: an account has 1,582 of them, and only their counts of attachments change."""

import os

from moto.iam.models import AWSManagedPolicy

from local_aws.core.saving import keep_in_catalogue


def install() -> None:
    """Makes them exist in every account, and saves them once, beside the state."""
    # moto reads this when an account is first used, and leaves them out otherwise.
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    keep_in_catalogue(AWSManagedPolicy, lambda _policy: True, changeable=("attachment_count",))
