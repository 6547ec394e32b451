"""The body of a request: what stands for it in the signature, and whether the body matches."""

import hashlib
import hmac
from wsgiref.types import WSGIEnvironment

from botocore.auth import SigV4Auth
from botocore.credentials import Credentials

from .problems import Problem, Refused
from .signature import Signature

UNSIGNED = "UNSIGNED-PAYLOAD"
UNSIGNED_CHUNKS = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
SIGNED_CHUNKS = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
SIGNED_CHUNKS_AND_TRAILER = f"{SIGNED_CHUNKS}-TRAILER"
_OF_NOTHING = hashlib.sha256(b"").hexdigest()


def read_payload(signature: Signature, environ: WSGIEnvironment) -> str:
    """Returns what the client signed in place of the body. Raises Refused when the body is another one."""
    told = environ.get("HTTP_X_AMZ_CONTENT_SHA256")
    if told is None and signature.is_for_s3 and signature.expires is not None:
        return UNSIGNED
    if signature.is_for_s3 and told in (UNSIGNED, UNSIGNED_CHUNKS, SIGNED_CHUNKS, SIGNED_CHUNKS_AND_TRAILER):
        return told
    real = hashlib.sha256(environ["wsgi.input"].getvalue()).hexdigest()
    if told not in (None, real):
        raise Refused(Problem.WRONG_BODY, "the header x-amz-content-sha256 is not the SHA-256 of the body")
    return real


def check_chunks(signature: Signature, credentials: Credentials, environ: WSGIEnvironment, payload: str) -> None:
    """Raises Refused unless every signed chunk of a body has its signature. Other bodies pass."""
    if payload not in (SIGNED_CHUNKS, SIGNED_CHUNKS_AND_TRAILER):
        return
    key = _signing_key(signature, credentials)
    body: bytes = environ["wsgi.input"].getvalue()
    previous, position, size = signature.value, 0, -1
    while size != 0:
        head, found, _ = body[position : position + 200].partition(b"\r\n")
        length, _, told = head.partition(b";chunk-signature=")
        try:
            size = int(length, 16)
        except ValueError:
            size = -1
        start = position + len(head) + 2
        if not found or size < 0 or len(body) < start + size:
            raise Refused(Problem.WRONG_BODY, "the body does not consist of signed chunks")
        chunk = hashlib.sha256(body[start : start + size]).hexdigest()
        previous = _check(key, signature, "PAYLOAD", f"{previous}\n{_OF_NOTHING}\n{chunk}", told)
        position = start + size + (2 if size else 0)
    if payload == SIGNED_CHUNKS_AND_TRAILER:
        trailer, _, told = body[position:].partition(b"x-amz-trailer-signature:")
        # Some clients end a line with a line feed alone.
        lines = "".join(f"{line}\n" for each in trailer.decode("latin1").split("\n") if (line := each.rstrip("\r")))
        _check(key, signature, "TRAILER", f"{previous}\n{hashlib.sha256(lines.encode()).hexdigest()}", told.strip())


def _check(key: bytes, signature: Signature, what: str, rest: str, told: bytes) -> str:
    text = f"AWS4-HMAC-SHA256-{what}\n{signature.timestamp}\n{signature.scope}\n{rest}"
    expected = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), told):
        raise Refused(
            Problem.WRONG_SIGNATURE, "the signature of a chunk is not the one that the secret of this key makes"
        )
    return expected


def _signing_key(signature: Signature, credentials: Credentials) -> bytes:
    sign = SigV4Auth(credentials, signature.service, signature.region)._sign
    key = f"AWS4{credentials.secret_key}".encode()
    for part in signature.scope.split("/"):
        key = sign(key, part)
    return key
