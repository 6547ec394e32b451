"""AWS's public parameters: they can be read by name, and are in no account's list. moto lists those it has loaded."""

from typing import Any

from moto.ssm.models import Parameter, SimpleSystemManagerBackend

from local_aws.core.operations import correction

PREFIX = "/aws/"


def install() -> None:
    """Puts the correction in place."""
    correction(SimpleSystemManagerBackend, "describe_parameters")(own_parameters)


def own_parameters(original: Any, backend: SimpleSystemManagerBackend, *args: Any, **keywords: Any) -> list[Parameter]:
    """Returns the account's own parameters, of which none can have AWS's prefix."""
    return [each for each in original(backend, *args, **keywords) if not each.name.startswith(PREFIX)]
