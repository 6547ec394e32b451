"""The access keys of IAM users: they open the local AWS while they are active and their user exists."""

from botocore.credentials import Credentials
from moto.iam.models import iam_backends

from local_aws.core.access.key_store import IssuedKey, add_issuer


def install() -> None:
    """Makes the keys of users sign."""
    add_issuer(key_of_user)


def key_of_user(name: str) -> IssuedKey | None:
    """Returns the key with this id."""
    for partitions in list(iam_backends.values()):
        for backend in list(partitions.values()):
            key = backend.access_keys.get(name)
            # A key without a user is a session's. moto forgets a user and keeps the keys.
            if key is not None and key.user_name in backend.users and key.status == "Active":
                return IssuedKey(Credentials(key.access_key_id, key.secret_access_key))
    return None
