"""The passwords of ECR's registries, which agents pull images with."""

import base64

from moto.ecr.models import ecr_backends

from local_aws.core.background import background
from local_aws.core.operations import Call
from local_aws.services.ecr.authorization import get_authorization_token


def password_of(account: str, region: str) -> str:
    """Returns the password of the registry of an account in a region, for the user AWS."""
    with background.reading():
        token = get_authorization_token(Call({}, ecr_backends[account][region], {}, region, account))
    (data,) = token["authorizationData"]
    return base64.b64decode(data["authorizationToken"]).decode().partition(":")[2]
