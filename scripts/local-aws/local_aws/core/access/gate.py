"""Lets the requests of the user's own programs through, and refuses all others."""

import datetime
import hmac
import re
from collections.abc import Callable
from dataclasses import dataclass
from wsgiref.types import WSGIEnvironment

from botocore.credentials import Credentials

from ..aws_names import is_api_host
from .key_store import KeyStore
from .payload import check_chunks, read_payload
from .problems import Problem, Refused
from .signature import ALGORITHM, Signature, check_signature, read_signature

# A client's clock may be off by as much, as on AWS.
CLOCK = datetime.timedelta(minutes=15)
# By RFC 6761, names below localhost are this computer. S3 puts the name of a bucket there.
_LOOPBACK = re.compile(r"(127\.0\.0\.1|\[::1\]|([a-z0-9.-]+\.)?localhost)(:\d{1,5})?", re.IGNORECASE)


@dataclass(frozen=True)
class Hosts:
    """The values of the header Host that a door accepts. `expected` describes them."""

    accepts: Callable[[str], bool]
    expected: str


LOOPBACK_HOSTS = Hosts(lambda host: _LOOPBACK.fullmatch(host) is not None, "127.0.0.1 or localhost")
AWS_HOSTS = Hosts(is_api_host, "a name of AWS's API")


class Gate:
    """Checks requests against the key of a local AWS, and against the keys that its services gave out."""

    def __init__(self, own: Credentials) -> None:
        self._keys = KeyStore(own)
        self._secret = own.secret_key.encode()

    def check(self, environ: WSGIEnvironment) -> Signature:
        """Returns the signature of a request. Raises Refused unless a key that opens this local AWS made it."""
        signature = read_signature(environ)
        _check_date(signature, datetime.datetime.now(datetime.UTC))
        credentials = self._keys.credentials_of(signature.key, signature.token)
        payload = read_payload(signature, environ)
        check_signature(signature, credentials, environ, payload)
        check_chunks(signature, credentials, environ, payload)
        # The signature decides which service answers. For a presigned URL, moto would take the service from the body.
        environ["HTTP_AUTHORIZATION"] = f"{ALGORITHM} Credential={signature.key}/{signature.scope}"
        return signature

    def proof_for(self, signature: Signature) -> str:
        """Returns a proof that this server got a signature. Another program on the port does not know the secret."""
        return hmac.new(self._secret, signature.value.encode(), "sha256").hexdigest()


def refuse_web_pages(environ: WSGIEnvironment, hosts: Hosts) -> None:
    """Raises Refused for what only a web page sends, also when it is signed. A browser connects to any port here."""
    if environ["REQUEST_METHOD"] == "OPTIONS":
        raise Refused(Problem.WEB_PAGE, "OPTIONS, by which a browser asks for a web page, is not answered")
    if "HTTP_ORIGIN" in environ:
        raise Refused(Problem.WEB_PAGE, f"the request comes from the web page {environ['HTTP_ORIGIN'][:80]}")
    host = environ.get("HTTP_HOST", "")
    if not hosts.accepts(host):
        raise Refused(Problem.WEB_PAGE, f"expected the host {hosts.expected}, got {host[:80] or 'none'}")


def _check_date(signature: Signature, now: datetime.datetime) -> None:
    ahead = signature.signed_at - now
    if signature.expires is not None:
        if ahead > CLOCK:
            raise Refused(Problem.WRONG_DATE, f"the URL is valid from {signature.timestamp} on: set the clock")
        if now > signature.signed_at + signature.expires:
            raise Refused(Problem.EXPIRED_URL, "Request has expired")
    elif abs(ahead) > CLOCK:
        raise Refused(
            Problem.WRONG_DATE,
            f"the request was signed at {signature.signed_at:%Y-%m-%d %H:%M:%S}, and here it is "
            f"{now:%Y-%m-%d %H:%M:%S} UTC: set the clock",
        )
