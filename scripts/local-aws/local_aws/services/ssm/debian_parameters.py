"""Debian's public parameters: each names the newest image of an architecture. moto knows Amazon's alone."""

from typing import Any

from moto.ssm.models import Parameter, ParameterDict

from local_aws.core.operations import correction, now
from local_aws.services.ec2.debian_images import ARCHITECTURES, newest_image_id

PREFIX = "/aws/service/debian/"
LATEST = f"{PREFIX}release/13/latest/"


def install() -> None:
    """Adds the parameters to moto's public ones."""
    correction(ParameterDict, "_check_loading_status")(load_debian_parameters)


def load_debian_parameters(original: Any, parameters: ParameterDict, key: str) -> None:
    """Adds the parameters when somebody asks for one of Debian's."""
    original(parameters, key)
    if not str(key or "").startswith(PREFIX):
        return
    for architecture in ARCHITECTURES:
        name = LATEST + architecture
        if not dict.__contains__(parameters, name):
            dict.__setitem__(parameters, name, [_parameter(parameters.account_id, name, newest_image_id(architecture))])


def _parameter(account_id: str, name: str, value: str) -> Parameter:
    return Parameter(
        account_id=account_id,
        name=name,
        value=value,
        parameter_type="String",
        description=None,
        allowed_pattern=None,
        keyid=None,
        last_modified_date=now(),
        version=1,
        data_type="text",
    )
