"""GetAuthorizationToken: a token for the registry of an account in a region, which lasts 12 hours."""

import base64
from typing import Any

from moto.ecr.models import ecr_backends
from moto.ecr.responses import ECRResponse

from local_aws.core.ignored_parameters import ParameterIgnored
from local_aws.core.operations import Call, now, operation

from .hosts import address_for
from .tokens import LIFE, RegistryName, Tokens

_tokens: Tokens | None = None


def install() -> None:
    """Replaces moto's call, whose token anybody can guess."""
    operation(ECRResponse, "GetAuthorizationToken", ecr_backends)(get_authorization_token)


def attach(tokens: Tokens) -> None:
    """Makes tokens from now on."""
    global _tokens
    _tokens = tokens


def get_authorization_token(call: Call) -> dict[str, Any]:
    """Returns a token for the registry of the caller's account. Those of other accounts are refused by name."""
    if set(call.parameters.get("registryIds") or ()) - {call.account}:
        raise ParameterIgnored(["registryIds"])
    assert _tokens is not None
    expires = now() + LIFE
    registry = RegistryName(call.account, call.region)
    password = _tokens.make(registry, expires)
    return {
        "authorizationData": [
            {
                "authorizationToken": base64.b64encode(f"AWS:{password}".encode()).decode(),
                "expiresAt": expires,
                "proxyEndpoint": address_for(call.host, registry),
            }
        ]
    }
