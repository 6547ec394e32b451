import datetime
import hashlib
import importlib.util
import io
import urllib.error
from pathlib import Path

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

SOURCE = Path(__file__).parents[4] / "scripts/machine/first-boot/fetch_bundle.py"
NOW = datetime.datetime(2026, 11, 29, 9, 8, 7, tzinfo=datetime.UTC)


def load():
    spec = importlib.util.spec_from_file_location("fetch_bundle", SOURCE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("host", "region", "path", "token"),
    [
        ("bundles.s3.eu-west-1.amazonaws.com", "eu-west-1", "/data-volume/0f3a.tar", "session=="),
        ("bundles.s3.cn-north-1.amazonaws.com.cn", "cn-north-1", "/a%20b/%C3%BC~x.tar", "other/+="),
    ],
)
def test_a_request_is_signed_as_botocore_signs_it(monkeypatch, host, region, path, token):
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: NOW.replace(tzinfo=None))
    request = AWSRequest("GET", f"https://{host}{path}")
    S3SigV4Auth(Credentials("AKIDEXAMPLE", "secret/+key", token), "s3", region).add_auth(request)
    credentials = ("AKIDEXAMPLE", "secret/+key", token)
    signed = load().signed_headers("s3", region, f"https://{host}{path}", credentials, NOW)
    assert signed["x-amz-content-sha256"] == request.headers["X-Amz-Content-SHA256"]
    assert signed["authorization"] == request.headers["Authorization"]


def test_a_request_with_headers_and_a_body_is_signed_as_botocore_signs_it(monkeypatch):
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda: NOW.replace(tzinfo=None))
    url, body = "https://ssm.eu-west-1.amazonaws.com/", b'{"Name": "/a/b"}'
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "AmazonSSM.GetParameter"}
    hashed = {"x-amz-content-sha256": hashlib.sha256(body).hexdigest()}
    request = AWSRequest("POST", url, {**headers, **hashed}, body)
    SigV4Auth(Credentials("AKIDEXAMPLE", "secret", "token"), "ssm", "eu-west-1").add_auth(request)
    credentials = ("AKIDEXAMPLE", "secret", "token")
    signed = load().signed_headers("ssm", "eu-west-1", url, credentials, NOW, "POST", headers, body)
    assert signed["authorization"] == request.headers["Authorization"]
    assert headers.items() <= signed.items()


@pytest.mark.parametrize(
    "answer",
    [
        b"<Error><Code>NoSuchKey</Code></Error>",
        b'{"__type": "NoSuchKey"}',
        b'{"__type":"com.amazonaws.ssm#NoSuchKey"}',
    ],
)
def test_fails_with_the_code_that_aws_answers(monkeypatch, answer):
    module = load()

    def refuse(request, timeout):
        raise urllib.error.HTTPError(request.full_url, 400, "Bad Request", {}, io.BytesIO(answer))

    monkeypatch.setattr(module.urllib.request, "urlopen", refuse)
    with pytest.raises(module.ProblemError, match=r"^400 NoSuchKey from https://host/$"):
        module.read("https://host/", {})
