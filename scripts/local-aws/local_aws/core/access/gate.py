"""Lets requests of the user's own programs through, and answers whoever else asks with a refusal."""

import datetime
import hmac
import re
from wsgiref.types import WSGIEnvironment

from botocore.credentials import Credentials

from .key_store import KeyStore
from .payload import check_chunks, read_payload
from .problems import Problem, Refused
from .signature import ALGORITHM, Signature, check_signature, read_signature

# How far a client's clock may be off, as on AWS.
CLOCK = datetime.timedelta(minutes=15)
# Names below localhost are this computer by RFC 6761: S3 puts a bucket's name there.
_LOOPBACK = re.compile(r"(127\.0\.0\.1|\[::1\]|([a-z0-9.-]+\.)?localhost)(:\d{1,5})?", re.IGNORECASE)


class Gate:
    """Checks requests against the key of a local AWS, and the keys that it gave out."""

    def __init__(self, own: Credentials) -> None:
        self._keys = KeyStore(own)
        self._secret = own.secret_key.encode()

    def check(self, environ: WSGIEnvironment) -> Signature:
        """The signature of a request. Raises Refused unless it is made with a key that opens this local AWS."""
        signature = read_signature(environ)
        _check_date(signature, datetime.datetime.now(datetime.UTC))
        credentials = self._keys.credentials_of(signature.key, signature.token)
        payload = read_payload(signature, environ)
        check_signature(signature, credentials, environ, payload)
        check_chunks(signature, credentials, environ, payload)
        # The service that is answered is the one that was signed for: without this, moto asks a presigned URL's body.
        environ["HTTP_AUTHORIZATION"] = f"{ALGORITHM} Credential={signature.key}/{signature.scope}"
        return signature

    def proof_for(self, signature: Signature) -> str:
        """Shows whoever made a signature that it came here: another program on the port does not know the secret."""
        return hmac.new(self._secret, signature.value.encode(), "sha256").hexdigest()


def refuse_web_pages(environ: WSGIEnvironment) -> None:
    """Raises Refused for what only a web page sends, signed or not: a browser reaches this computer for any page."""
    if environ["REQUEST_METHOD"] == "OPTIONS":
        raise Refused(Problem.WEB_PAGE, "OPTIONS, by which a browser asks for a web page, is not answered")
    if "HTTP_ORIGIN" in environ:
        raise Refused(Problem.WEB_PAGE, f"the request comes from the web page {environ['HTTP_ORIGIN'][:80]}")
    host = environ.get("HTTP_HOST", "")
    if not _LOOPBACK.fullmatch(host):
        raise Refused(Problem.WEB_PAGE, f"expected the host 127.0.0.1 or localhost, got {host[:80] or 'none'}")


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
