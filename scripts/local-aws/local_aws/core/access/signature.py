"""AWS Signature Version 4, on the server's side: botocore computes again what the client computed."""

import datetime
import hmac
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, unquote_to_bytes
from wsgiref.types import WSGIEnvironment

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest, HTTPHeaders
from botocore.credentials import Credentials

from .problems import Problem, Refused

ALGORITHM = "AWS4-HMAC-SHA256"
TIMESTAMP = "%Y%m%dT%H%M%SZ"
# AWS's limit for a signature in the query string.
LONGEST_URL = datetime.timedelta(days=7)
_UNRESERVED = "-_.~"
_S3_SERVICES = frozenset({"s3", "s3-outposts", "s3-object-lambda"})


@dataclass(frozen=True)
class Signature:
    """The signature of a request, with its parts. `expires` is set for a presigned URL: one in the query string."""

    key: str
    region: str
    service: str
    signed_headers: frozenset[str]
    value: str
    signed_at: datetime.datetime
    timestamp: str
    token: str | None
    expires: datetime.timedelta | None = None

    @property
    def is_for_s3(self) -> bool:
        """Says whether S3's rules hold: paths as they are, bodies that may be unsigned."""
        return self.service in _S3_SERVICES

    @property
    def scope(self) -> str:
        """The credential scope, without the key."""
        return f"{self.timestamp[:8]}/{self.region}/{self.service}/aws4_request"


def read_signature(environ: WSGIEnvironment) -> Signature:
    """Returns the signature of a request. Raises Refused when it has none of Version 4."""
    authorization = environ.get("HTTP_AUTHORIZATION", "")
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    if not authorization and "AWSAccessKeyId" in query:
        raise Refused(
            Problem.MALFORMED,
            "the URL is presigned with Version 2: sign it with Version 4 (boto3: signature_version s3v4)",
        )
    if not authorization and "X-Amz-Signature" not in query:
        raise Refused(Problem.NOT_SIGNED, "the request is not signed")
    if authorization and "X-Amz-Signature" in query:
        raise Refused(
            Problem.MALFORMED, "the request is signed twice: in the header Authorization and in the query string"
        )
    if authorization and not authorization.startswith(f"{ALGORITHM} "):
        raise Refused(Problem.MALFORMED, f"expected a signature of {ALGORITHM}, got {authorization.split(' ')[0][:40]}")
    try:
        return _from_header(environ, authorization) if authorization else _from_query(query)
    except (KeyError, ValueError, OverflowError) as error:
        raise Refused(Problem.MALFORMED, f"the signature cannot be read ({error})") from error


def check_signature(signature: Signature, credentials: Credentials, environ: WSGIEnvironment, payload: str) -> None:
    """Raises Refused unless the secret of the credentials made the signature. `payload` stands for the body."""
    headers = environ["local_aws.headers"]
    if "host" not in signature.signed_headers:
        raise Refused(Problem.WRONG_SIGNATURE, "the header host is not signed")
    for name in headers:
        lower = name.lower()
        if lower.startswith(("x-amz-", "x-moto-")) and lower not in signature.signed_headers:
            raise Refused(Problem.WRONG_SIGNATURE, f"the header {lower[:80]} is not signed")
    request = AWSRequest(method=environ["REQUEST_METHOD"], url=_canonical_url(environ))
    request.headers["X-Amz-Content-SHA256"] = payload
    request.context["timestamp"] = signature.timestamp
    signer = (_S3Signer if signature.is_for_s3 else _Signer)(credentials, signature.service, signature.region)
    for name in sorted(signature.signed_headers):
        signer.signed[name] = ",".join(headers.get_all(name) or [""])
    expected = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    if not hmac.compare_digest(expected.encode(), signature.value.encode()):
        raise Refused(Problem.WRONG_SIGNATURE, "the signature is not the one that the secret of this key makes")


class _Signer(SigV4Auth):
    """Signs exactly the headers that the client signed."""

    def __init__(self, credentials: Credentials, service: str, region: str) -> None:
        super().__init__(credentials, service, region)
        self.signed = HTTPHeaders()

    def headers_to_sign(self, request: AWSRequest) -> HTTPHeaders:
        """Returns those headers. SigV4Auth would take all."""
        return self.signed


class _S3Signer(_Signer):
    """The same for S3, which signs paths as they are."""

    _normalize_url_path = S3SigV4Auth._normalize_url_path


def _canonical_url(environ: WSGIEnvironment) -> str:
    """Returns the URL without its signature, in AWS's encoding. The client may have sent another encoding."""
    target = environ["RAW_URI"].encode("latin1").decode("utf-8", "surrogateescape")
    if not target.startswith("/") or "#" in target:
        raise Refused(Problem.MALFORMED, f"expected a path, got {target[:80]}")
    path, _, query = target.partition("?")
    pairs = (pair.partition("=")[::2] for pair in query.split("&") if pair)
    encoded = [(_encode_query(name), _encode_query(value)) for name, value in pairs if name != "X-Amz-Signature"]
    # An encoded slash in a segment, such as that of an ARN, stays encoded.
    segments = "/".join(map(_encode, path.split("/")))
    return f"http://local{segments}?{'&'.join(f'{name}={value}' for name, value in encoded)}"


def _encode(text: str) -> str:
    return quote(unquote_to_bytes(text), safe=_UNRESERVED)


def _encode_query(text: str) -> str:
    return _encode(text.replace("+", " "))


def _from_header(environ: WSGIEnvironment, authorization: str) -> Signature:
    pairs = [field.strip().split("=", 1) for field in authorization[len(ALGORITHM) :].split(",")]
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ValueError("a field is there twice")
    signed_at = _parse(environ["HTTP_X_AMZ_DATE"])
    return _signature(
        fields["Credential"],
        fields["SignedHeaders"],
        fields["Signature"],
        signed_at,
        environ.get("HTTP_X_AMZ_SECURITY_TOKEN"),
    )


def _from_query(query: dict[str, list[str]]) -> Signature:
    if query["X-Amz-Algorithm"][0] != ALGORITHM:
        raise ValueError(f"expected {ALGORITHM}, got {query['X-Amz-Algorithm'][0][:40]}")
    expires = datetime.timedelta(seconds=int(query["X-Amz-Expires"][0]))
    if not datetime.timedelta() < expires <= LONGEST_URL:
        raise ValueError(f"expected X-Amz-Expires from 1 to 604800 seconds, got {query['X-Amz-Expires'][0][:40]}")
    return _signature(
        query["X-Amz-Credential"][0],
        query["X-Amz-SignedHeaders"][0],
        query["X-Amz-Signature"][0],
        _parse(query["X-Amz-Date"][0]),
        query.get("X-Amz-Security-Token", [None])[0],
        expires,
    )


def _signature(
    credential: str,
    signed_headers: str,
    value: str,
    signed_at: datetime.datetime,
    token: str | None,
    expires: datetime.timedelta | None = None,
) -> Signature:
    key, date, region, service, ending = credential.split("/")
    timestamp = signed_at.strftime(TIMESTAMP)
    if ending != "aws4_request" or date != timestamp[:8]:
        raise Refused(
            Problem.WRONG_SIGNATURE,
            f"expected a scope of {timestamp[:8]} that ends in aws4_request, got {date[:20]} and {ending[:40]}",
        )
    names = frozenset(signed_headers.lower().split(";"))
    return Signature(key, region, service, names, value, signed_at, timestamp, token, expires)


def _parse(stamp: str) -> datetime.datetime:
    return datetime.datetime.strptime(stamp, TIMESTAMP).replace(tzinfo=datetime.UTC)
