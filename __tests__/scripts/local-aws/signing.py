"""Signs requests as the user's own programs do."""

import configparser
import datetime
import json
import urllib.request
from pathlib import Path
from typing import Any

import boto3
from botocore.auth import SIGV4_TIMESTAMP, S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials

REGION = "eu-west-1"


def key_of(home: Path) -> Credentials:
    """Returns the access key of the local AWS in a folder."""
    settings = configparser.ConfigParser(interpolation=None)
    settings.read(home / "credentials")
    profile = settings["default"]
    return Credentials(profile["aws_access_key_id"], profile["aws_secret_access_key"])


def keywords_of(home: Path) -> dict[str, str]:
    """Returns the same key as arguments for boto3."""
    key = key_of(home)
    return {"aws_access_key_id": key.access_key, "aws_secret_access_key": key.secret_key}


def client_with(aws: Any, service: str, credentials: Credentials, **config: Any) -> Any:
    """Returns a client of a local AWS with any credentials."""
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url=aws.url,
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        aws_session_token=credentials.token,
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, **config),
    )


def credentials_of(given: dict[str, Any]) -> Credentials:
    """Turns credentials from IAM or STS into those of botocore."""
    return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given.get("SessionToken"))


def sign(
    credentials: Credentials,
    method: str,
    url: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    service: str = "ec2",
    off: datetime.timedelta = datetime.timedelta(),
) -> dict[str, str]:
    """Returns the headers of a request with its signature. `off` is the error of the clock that dates it."""
    request = AWSRequest(method=method, url=url, data=body, headers=headers)
    signer = (S3SigV4Auth if service == "s3" else SigV4Auth)(credentials, service, REGION)
    request.context["timestamp"] = (datetime.datetime.now(datetime.UTC) + off).strftime(SIGV4_TIMESTAMP)
    signer._modify_request_before_signing(request)
    text = signer.string_to_sign(request, signer.canonical_request(request))
    signer._inject_signature_to_request(request, signer.signature(text, request))
    return dict(request.headers.items())


def read_health(home: Path, port: int) -> dict[str, Any]:
    """Returns the health answer of a local AWS."""
    url = f"http://127.0.0.1:{port}/_local-aws/health"
    signed = sign(key_of(home), "GET", url, service="local-aws")
    with urllib.request.urlopen(urllib.request.Request(url, headers=signed), timeout=60) as answer:
        return json.load(answer)
