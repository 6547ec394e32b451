import datetime
import importlib.util
from pathlib import Path

import pytest
from botocore.auth import S3SigV4Auth
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
    signed = load().signed_headers(host, region, path, ("AKIDEXAMPLE", "secret/+key", token), NOW)
    assert signed["x-amz-content-sha256"] == request.headers["X-Amz-Content-SHA256"]
    assert signed["authorization"] == request.headers["Authorization"]
