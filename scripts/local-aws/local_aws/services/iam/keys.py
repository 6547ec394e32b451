"""IAM: looking up whose an access key is, and keys that nobody can compute from others.

moto looks for it in every partition (China, GovCloud, ...) and so makes each one's 1,582 managed policies: without this
the first call takes 0.4 s longer, the process 100 MB more, and every save 40 ms.
"""

import secrets
import string

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam import models


def account_of_key(access_key: str) -> str:
    """The account that an access key belongs to; the default one for a key that nobody made."""
    for account_id, partitions in list(models.iam_backends.items()):
        if any(access_key in backend.access_keys for backend in list(partitions.values())):
            return account_id
    return DEFAULT_ACCOUNT_ID


_ALPHABET = string.ascii_letters + string.digits + "+/"


def secret_of(length: int) -> str:
    """A secret key. moto's comes from a generator whose later numbers follow from earlier ones."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


models.random_alphanumeric = secret_of
models.get_account_id_from = account_of_key
