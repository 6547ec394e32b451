"""S3's own rules for signatures: keys are signed as they are, and a presigned URL opens one thing for its holder."""

import http.client
import os
import time
import urllib.parse
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from signing import REGION, client_with, credentials_of, key_of, keywords_of

AWS_CONFIG = Path(__file__).parents[5] / "scripts" / "local-aws" / "aws-config"
FORM = "application/x-www-form-urlencoded"
# S3 signs paths as they are.
KEYS = ["plain", "with space", "a+b=c&d", "ümläut/ß", "//double//slash", "per%20cent", "~tilde*star'(x)!", "a/../b"]


@pytest.fixture(scope="module")
def s3(aws: Any) -> Any:
    client = aws.client("s3")
    client.create_bucket(Bucket="signed", CreateBucketConfiguration={"LocationConstraint": REGION})
    return client


@pytest.mark.parametrize("key", KEYS)
def test_objects_of_every_name_are_signed(s3, key):
    s3.put_object(Bucket="signed", Key=key, Body=b"body", Metadata={"a_b-c": "two  blanks"})
    answer = s3.get_object(Bucket="signed", Key=key)
    assert (answer["Body"].read(), answer["Metadata"]) == (b"body", {"a_b-c": "two  blanks"})
    assert s3.list_objects_v2(Bucket="signed", Prefix=key)["KeyCount"] >= 1


def send(url: str, method: str = "GET", body: bytes = b"", absolute: str = "", **headers: str) -> tuple[int, bytes]:
    """Sends a request with the path and query of a URL as they are, after `absolute`. Returns status and body."""
    host, _, target = url.removeprefix("http://").partition("/")
    connection = http.client.HTTPConnection("127.0.0.1", int(host.rpartition(":")[2]), timeout=600)
    connection.putrequest(method, f"{absolute}/{target}", skip_host=True)
    for name, value in {"Host": host, **headers, "Content-Length": str(len(body))}.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders(body)
    answer = connection.getresponse()
    return answer.status, answer.read()


def presigned(aws: Any, operation: str, sec: int = 60, **parameters: Any) -> str:
    client = client_with(aws, "s3", key_of(aws.home), signature_version="s3v4")
    return client.generate_presigned_url(operation, parameters, sec)


@pytest.mark.parametrize("key", KEYS)
def test_a_presigned_url_opens_its_object_alone(aws, s3, key):
    def url(operation: str) -> str:
        return presigned(aws, operation, Bucket="signed", Key=key)

    assert send(url("put_object"), "PUT", b"presigned")[0] == 200
    assert send(url("get_object")) == (200, b"presigned")
    assert send(url("get_object"), "DELETE")[0] == 403
    assert send(url("get_object").replace("/signed/", "/signed/x"))[0] == 403
    assert send(url("get_object").replace("Expires=", "Expires=1"))[0] in (400, 403)


def test_a_presigned_url_expires(aws, s3):
    s3.put_object(Bucket="signed", Key="brief", Body=b"x")
    url = presigned(aws, "get_object", 1, Bucket="signed", Key="brief")
    time.sleep(2.1)
    status, text = send(url)
    assert (status, b"Request has expired" in text) == (403, True)


def test_a_presigned_url_works_with_a_session(aws, s3):
    s3.put_object(Bucket="signed", Key="lent", Body=b"x")
    session = credentials_of(aws.client("sts").get_session_token()["Credentials"])
    lender = client_with(aws, "s3", session, signature_version="s3v4")
    url = lender.generate_presigned_url("get_object", {"Bucket": "signed", "Key": "lent"}, 60)
    assert send(url) == (200, b"x")
    assert send(url.replace("ecurity", "ecurities"))[0] in (400, 403)


def test_aws_config_makes_boto3_presign_with_version_4(aws, s3, monkeypatch):
    s3.put_object(Bucket="signed", Key="lent", Body=b"x")

    def url() -> str:
        client = boto3.Session(**keywords_of(aws.home)).client("s3", region_name=REGION, endpoint_url=aws.url)
        return client.generate_presigned_url("get_object", {"Bucket": "signed", "Key": "lent"}, 60)

    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    status, text = send(url())
    assert (status, b"presigned with Version 2: sign it with Version 4" in text) == (400, True)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(AWS_CONFIG))
    assert send(url()) == (200, b"x")


@pytest.fixture(scope="module")
def other(aws: Any) -> Any:
    """Makes a second bucket, in which the key of an object is a path into the first."""
    client = aws.client("s3")
    client.create_bucket(Bucket="other", CreateBucketConfiguration={"LocationConstraint": REGION})
    client.put_object(Bucket="other", Key="signed/key", Body=b"of other")
    return client


def test_a_presigned_url_opens_no_other_bucket(aws, s3, other):
    s3.put_object(Bucket="signed", Key="key", Body=b"of signed")
    url = presigned(aws, "get_object", Bucket="signed", Key="key")
    assert send(url) == (200, b"of signed")
    for host in ("other.localhost", f"127.0.0.1:{aws.port}"):
        assert send(url, absolute=f"http://{host}")[0] == 400
    assert send(url, Host=f"other.localhost:{aws.port}")[0] == 403
    assert send(url, Host=f"other.x@127.0.0.1:{aws.port}")[0] == 403


@pytest.fixture
def older(s3: Any) -> str:
    """Makes two versions of the object `versioned`. Returns the id of the older one."""
    s3.put_bucket_versioning(Bucket="signed", VersioningConfiguration={"Status": "Enabled"})
    older, _ = (
        s3.put_object(Bucket="signed", Key="versioned", Body=each)["VersionId"] for each in (b"older", b"newer")
    )
    return older


@pytest.mark.parametrize("kind", [FORM, "multipart/form-data; boundary=x"])
def test_the_body_of_a_presigned_request_adds_nothing_to_its_url(aws, s3, older, kind):
    body = {
        FORM: f"versionId={older}",
        "multipart/form-data; boundary=x": (
            f'--x\r\nContent-Disposition: form-data; name="versionId"\r\n\r\n{older}\r\n--x--\r\n'
        ),
    }[kind].encode()
    key = {"Bucket": "signed", "Key": "versioned"}
    assert send(presigned(aws, "get_object", **key), "GET", body, Content_Type=kind) == (200, b"newer")
    assert send(presigned(aws, "delete_object", **key), "DELETE", body, Content_Type=kind)[0] == 204
    assert s3.get_object(**key, VersionId=older)["Body"].read() == b"older"


def test_the_query_of_a_presigned_url_is_read_as_it_was_signed(aws, s3):
    for key in ("plus+/x", "plus /x", "frag#1/x"):
        s3.put_object(Bucket="signed", Key=key, Body=b"x")
    url = presigned(aws, "list_objects_v2", Bucket="signed", Prefix="plus+/")
    assert b"<Key>plus%2B/x</Key>" in send(url)[1]
    assert send(url.replace("%2B", "+"))[0] == 403
    url = presigned(aws, "list_objects_v2", Bucket="signed", Prefix="frag#1/")
    assert b"<Key>frag%231/x</Key>" in send(url)[1]
    at_the_end = url.replace("&prefix=frag%231%2F", "") + "&prefix=frag"
    assert send(f"{at_the_end}%231%2F")[0] == 200
    assert send(f"{at_the_end}#1%2F")[0] == 400


def test_a_header_adds_nothing_to_a_presigned_url(aws):
    url = presigned(aws, "list_buckets")
    assert send(url)[0] == 200
    for name in ("x_moto_account_id", "x_amz_acl"):
        assert send(url, **{name: "111111111111"})[0] == 403


def test_a_presigned_url_of_another_service_is_not_one_of_s3(aws):
    sts = client_with(aws, "sts", key_of(aws.home))
    url = sts.generate_presigned_url("get_caller_identity", {}, 60, HttpMethod="GET")
    assert b"GetCallerIdentityResult" in send(url)[1]
    query = {name: value for name, [value] in urllib.parse.parse_qs(urllib.parse.urlsplit(url).query).items()}
    true = f"Credential={query['X-Amz-Credential']}, SignedHeaders=host, Signature={query['X-Amz-Signature']}"
    as_s3 = query["X-Amz-Credential"].replace("/sts/", "/s3/")
    for first in ("", f"Credential={as_s3}, "):
        headers = {"Authorization": f"AWS4-HMAC-SHA256 {first}{true}", "X_Amz_Date": query["X-Amz-Date"]}
        status, text = send(url, **headers)
        assert (status, b"signed twice" in text) == (400, True)


@pytest.mark.parametrize("key", ["moto-api/data.json", "latest/meta-data/x", "favicon.ico", "_local-aws/health"])
def test_the_key_of_an_object_may_be_a_path_that_moto_answers(aws, s3, key):
    s3.put_object(Bucket="signed", Key=key, Body=b"an object")
    style = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    url = f"http://localhost:{aws.port}"
    client = boto3.client("s3", region_name=REGION, endpoint_url=url, config=style, **keywords_of(aws.home))
    url = client.generate_presigned_url("get_object", {"Bucket": "signed", "Key": key}, 60)
    assert url.startswith(f"http://signed.localhost:{aws.port}/")
    assert send(url) == (200, b"an object")


def test_an_object_that_is_a_form_is_kept_as_it_is(start, tmp_path):
    aws = start(tmp_path / "home")
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="forms", CreateBucketConfiguration={"LocationConstraint": REGION})
    form = {"Bucket": "forms", "Key": "form"}
    s3.put_object(**form, Body=b"Action=DescribeVolumes&key=x", ContentType=FORM)
    aws.kill()
    aws.start()
    answer = s3.get_object(**form)
    assert (answer["Body"].read(), answer["ContentType"]) == (b"Action=DescribeVolumes&key=x", FORM)
