"""Which requests are for the registry: those to its own name, and on this computer those below /v2/."""

import re
from wsgiref.types import WSGIEnvironment

from local_aws.core.access.gate import LOOPBACK_HOSTS
from local_aws.core.access.signature import ALGORITHM

from .tokens import RegistryName

_HOST = re.compile(r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?(:\d{1,5})?")
_PORT = re.compile(r":\d{1,5}$")


def registry_named(host: str) -> RegistryName | None:
    """Returns the registry whose name is in a header Host. None: it is another name."""
    found = _HOST.fullmatch(host.lower())
    return RegistryName(found["account"], found["region"]) if found else None


def address_for(host: str, registry: RegistryName) -> str:
    """Returns the address of a registry for a caller who called the API with a header Host.

    Programs on this computer reach it at the port of the API: they cannot resolve its name. Docker's clients use no TLS
    with 127.0.0.1, whatever other names of this computer there are.
    """
    if LOOPBACK_HOSTS.accepts(host):
        port = _PORT.search(host)
        return f"http://127.0.0.1{port[0] if port else ''}"
    return f"https://{registry.account}.dkr.ecr.{registry.region}.amazonaws.com"


def is_for_registry(environ: WSGIEnvironment) -> bool:
    """Says whether a request is for a registry. On this computer, the token says for which.

    Services of AWS have paths below /v2/, too. Their requests are signed.
    """
    host, path = environ.get("HTTP_HOST", ""), environ.get("PATH_INFO", "")
    if registry_named(host):
        return True
    is_signed = environ.get("HTTP_AUTHORIZATION", "").startswith(ALGORITHM) or "X-Amz-Signature=" in environ.get(
        "QUERY_STRING", ""
    )
    return LOOPBACK_HOSTS.accepts(host) and (path == "/v2" or path.startswith("/v2/")) and not is_signed
