"""Finds the call of a request, and whether it only reads. The state is not saved after a call that only reads."""

import io

import pytest
from local_aws.core.calls import identify

FORM = "application/x-www-form-urlencoded; charset=utf-8"


def request(service="ec2", method="POST", path="/", body="", target="", content_type=FORM):
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "CONTENT_TYPE": content_type,
        "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential=key/20260101/eu-west-1/{service}/aws4_request, Signature=x",
        "wsgi.input": io.BytesIO(body.encode()),
    }
    return {**environ, "HTTP_X_AMZ_TARGET": target} if target else environ


@pytest.mark.parametrize(
    ("environ", "operation", "protocol", "only_reads"),
    [
        (request(body="Action=DescribeVolumes&Version=1"), "DescribeVolumes", "ec2", True),
        (request(body="Version=1&Action=CreateVolume"), "CreateVolume", "ec2", False),
        (request("iam", body="Action=GetRole"), "GetRole", "query", True),
        (request("sts", body="Action=GetSessionToken"), "GetSessionToken", "query", False),
        (request("ssm", target="AmazonSSM.GetParameter"), "GetParameter", "json", True),
        (request("kms", target="TrentService.CreateKey"), "CreateKey", "json", False),
        (request("ses", body="Action=VerifyEmailIdentity"), "VerifyEmailIdentity", "query", False),
        (request("s3", "GET", "/bucket/key"), None, "rest-xml", True),
        (request("s3", "HEAD", "/bucket"), None, "rest-xml", True),
        (request("s3", "PUT", "/bucket/key"), None, "rest-xml", False),
        (request("dlm", "POST", "/policies", content_type="application/json"), None, "rest-json", False),
    ],
)
def test_a_call_is_known_by_its_request(environ, operation, protocol, only_reads):
    call = identify(environ)
    assert (call.operation, call.protocol, call.only_reads, call.region) == (
        operation,
        protocol,
        only_reads,
        "eu-west-1",
    )


def test_the_body_is_still_there_after_the_call_is_known():
    environ = request(body="Action=DescribeVolumes")
    identify(environ)
    assert environ["wsgi.input"].read() == b"Action=DescribeVolumes"
