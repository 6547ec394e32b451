"""The name of a secret stays taken until its recovery window is over. AWS says so; moto says that the secret exists.

The AWS provider waits for such a name, and not for one that exists.
"""

from typing import Any

from moto.secretsmanager.exceptions import InvalidRequestException
from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend

from local_aws.core.operations import correction


def install() -> None:
    """Makes moto refuse such a name as AWS does."""
    correction(SecretsManagerBackend, "create_secret")(refuse_name_of_deleted_secret)


def refuse_name_of_deleted_secret(original: Any, backend: SecretsManagerBackend, name: str, **keywords: Any) -> str:
    """Refuses the name of a secret that is scheduled for deletion."""
    secret = backend.secrets.get(name)
    if isinstance(secret, FakeSecret) and secret.is_deleted():
        raise InvalidRequestException(
            "You can't create this secret because a secret with this name is already scheduled for deletion."
        )
    return original(backend, name=name, **keywords)
