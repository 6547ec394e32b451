"""Bodies in signed chunks. Some SDKs send them to S3 without TLS."""

import datetime
import hashlib
import hmac
import http.client
import io

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from local_aws.core.access.payload import SIGNED_CHUNKS, check_chunks
from local_aws.core.access.problems import Refused
from local_aws.core.access.signature import Signature
from signing import REGION, key_of

# AWS's own example, "Signature calculations for the Authorization header: transferring payload in multiple chunks".
EXAMPLE = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
SEED = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
CHUNKS = [
    (65536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648"),
    (1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"),
    (0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"),
]
BODY = b"".join(b"%x;chunk-signature=%s\r\n%s\r\n" % (size, told.encode(), b"a" * size) for size, told in CHUNKS)


def check(body: bytes) -> None:
    signed_at = datetime.datetime(2013, 5, 24, tzinfo=datetime.UTC)
    names = frozenset({"host"})
    signature = Signature(EXAMPLE.access_key, "us-east-1", "s3", names, SEED, signed_at, "20130524T000000Z", None)
    check_chunks(signature, EXAMPLE, {"wsgi.input": io.BytesIO(body)}, SIGNED_CHUNKS)


def test_the_example_of_aws_is_signed():
    check(BODY)


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("another byte", BODY.replace(b"aaa", b"aab", 1)),
        ("a chunk less", BODY[: BODY.index(b"400;")] + BODY[BODY.index(b"\r\n0;") + 2 :]),
        ("no last chunk", BODY[: BODY.index(b"\r\n0;") + 2]),
        ("a chunk that is cut off", BODY[:5000]),
        ("no chunks", b"a" * 100),
        ("a length that is none", BODY.replace(b"10000;", b"-1000;", 1)),
    ],
)
def test_refuses_a_body_with(name, body):
    with pytest.raises(Refused):
        check(body)


def chunked(credentials: Credentials, url: str, chunks: list[bytes]) -> tuple[dict[str, str], bytes]:
    """Returns headers and body of a PUT in signed chunks."""
    length = str(sum(map(len, chunks)))
    request = AWSRequest(method="PUT", url=url, headers={"X-Amz-Decoded-Content-Length": length})
    request.headers["Content-Encoding"] = "aws-chunked"
    request.headers["X-Amz-Content-SHA256"] = SIGNED_CHUNKS
    signer = S3SigV4Auth(credentials, "s3", REGION)
    stamp = f"{datetime.datetime.now(datetime.UTC):%Y%m%dT%H%M%SZ}"
    request.context["timestamp"] = request.headers["X-Amz-Date"] = stamp
    seed = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    signer._inject_signature_to_request(request, seed)
    key = f"AWS4{credentials.secret_key}".encode()
    for part in (stamp[:8], REGION, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    body, empty = b"", hashlib.sha256(b"").hexdigest()
    for chunk in [*chunks, b""]:
        text = f"AWS4-HMAC-SHA256-PAYLOAD\n{stamp}\n{stamp[:8]}/{REGION}/s3/aws4_request\n{seed}\n{empty}\n"
        seed = hmac.new(key, (text + hashlib.sha256(chunk).hexdigest()).encode(), hashlib.sha256).hexdigest()
        body += b"%x;chunk-signature=%s\r\n%s\r\n" % (len(chunk), seed.encode(), chunk)
    return dict(request.headers.items()), body


def test_an_object_in_signed_chunks_is_kept_whole(aws):
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="chunked", CreateBucketConfiguration={"LocationConstraint": REGION})
    chunks = [b"one" * 3000, b"two"]
    headers, body = chunked(key_of(aws.home), f"{aws.url}/chunked/key", chunks)
    for sent, status in ((body, 200), (body.replace(b"two", b"TWO"), 403)):
        connection = http.client.HTTPConnection("127.0.0.1", aws.port, timeout=600)
        connection.request("PUT", "/chunked/key", sent, headers)
        assert connection.getresponse().status == status
        assert s3.get_object(Bucket="chunked", Key="key")["Body"].read() == b"".join(chunks)
