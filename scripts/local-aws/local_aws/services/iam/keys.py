"""Access keys: find the account of a key quickly, and make secrets that cannot be computed from earlier ones.

To find the account, moto looks into every partition (China, GovCloud, …), and so makes the 1,582 managed policies of
each. The first call would take 0.4 s longer, the process 100 MB more, and every save 40 ms.
"""

import secrets
import string

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam import models

_ALPHABET = string.ascii_letters + string.digits + "+/"


def install() -> None:
    """Replaces moto's search and moto's generator of secrets."""
    models.random_alphanumeric = random_secret
    models.get_account_id_from = account_of_key


def account_of_key(access_key: str) -> str:
    """Returns the account that an access key belongs to, or the default account for an unknown key."""
    for account_id, partitions in list(models.iam_backends.items()):
        if any(access_key in backend.access_keys for backend in list(partitions.values())):
            return account_id
    return DEFAULT_ACCOUNT_ID


def random_secret(length: int) -> str:
    """Returns a secret key. The later numbers of moto's generator follow from its earlier ones."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
