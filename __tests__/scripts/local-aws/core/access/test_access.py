"""The local AWS answers the programs of its user alone. Each attack succeeds where the guard is switched off."""

import datetime
import http.client
import json
import subprocess
import sys
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from signing import REGION, client_with, key_of, sign

NOBODY = 65534
HINT = "the key of this local AWS is in the file credentials of its folder"
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
MINUTES = datetime.timedelta(minutes=1)
WRONG = Credentials("LOCALAWSNOBODYSKEY", "guessed")


def form(action: str, **parameters: str) -> bytes:
    return urllib.parse.urlencode({"Action": action, **parameters}).encode()


CREATE = form("CreateVolume", Version="2016-11-15", Size="1", AvailabilityZone=f"{REGION}a")


@pytest.fixture(scope="module")
def unguarded(start_for_module: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Starts a local AWS that answers everybody."""
    return start_for_module(tmp_path_factory.mktemp("unguarded"), without=("web pages", "signatures", "cors"))


def ask(aws: Any, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    """Sends a request. Returns status and text of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", aws.port, timeout=600)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def volumes(aws: Any) -> set[str]:
    return {volume["VolumeId"] for volume in aws.client("ec2").describe_volumes()["Volumes"]}


def things(aws: Any) -> set[str]:
    """Returns the names of everything that the attacks below make."""
    parameters = {parameter["Name"] for parameter in aws.client("ssm").describe_parameters()["Parameters"]}
    buckets = {bucket["Name"] for bucket in aws.client("s3").list_buckets()["Buckets"]}
    return volumes(aws) | parameters | buckets


def signed(aws: Any, body: bytes = CREATE, **how: Any) -> dict[str, str]:
    headers = {**FORM, **how.pop("headers", {})}
    return sign(how.pop("credentials", key_of(aws.home)), "POST", f"{aws.url}/", body, headers, **how)


def own_key_with_another_secret(aws: Any) -> Credentials:
    return Credentials(key_of(aws.home).access_key, "guessed")


def stamp() -> str:
    return f"{datetime.datetime.now(datetime.UTC):%Y%m%dT%H%M%SZ}"


DESCRIBE = form("DescribeVolumes", Version="2016-11-15")
PUT_PARAMETER = {"X-Amz-Target": "AmazonSSM.PutParameter"}
SCOPE = f"x/20260101/{REGION}/ec2/aws4_request"

# Each attack: a function of the local AWS that returns headers of a request for a volume, and AWS's error for it.
ATTACKS: dict[str, tuple[Callable[[Any], dict[str, str]], str]] = {
    "an unknown key": (lambda aws: signed(aws, credentials=WRONG), "AuthFailure"),
    "a key that everybody knows": (lambda aws: signed(aws, credentials=Credentials("local", "local")), "AuthFailure"),
    "a wrong secret": (lambda aws: signed(aws, credentials=own_key_with_another_secret(aws)), "AuthFailure"),
    "another body": (lambda aws: signed(aws, DESCRIBE), "AuthFailure"),
    "another body, said to be unsigned": (
        lambda aws: signed(aws, DESCRIBE) | {"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"},
        "AuthFailure",
    ),
    "a date of an hour ago": (lambda aws: signed(aws, off=-60 * MINUTES), "RequestExpired"),
    "a date in an hour": (lambda aws: signed(aws, off=60 * MINUTES), "RequestExpired"),
    "another date than was signed": (
        lambda aws: signed(aws, off=-60 * MINUTES) | {"X-Amz-Date": stamp()},
        "AuthFailure",
    ),
    "another day than that of the scope": (
        lambda aws: signed(aws, off=-24 * 60 * MINUTES) | {"X-Amz-Date": stamp()},
        "AuthFailure",
    ),
    "a token that nobody gave out": (lambda aws: signed(aws) | {"X-Amz-Security-Token": "x"}, "AuthFailure"),
    "half a signature": (
        lambda _aws: {**FORM, "Authorization": f"AWS4-HMAC-SHA256 Credential={SCOPE}"},
        "IncompleteSignature",
    ),
    "the origin of a web page": (lambda aws: signed(aws) | {"Origin": "https://a.example"}, "UnauthorizedOperation"),
    "the origin of a file": (lambda aws: signed(aws) | {"Origin": "null"}, "UnauthorizedOperation"),
    "another host name": (lambda aws: signed(aws, headers={"Host": "a.example"}), "UnauthorizedOperation"),
}


def expect_refused_by_the_guards_alone(aws: Any, unguarded: Any, code: str, attack: Callable[[Any], Any]) -> None:
    """Requires that an attack changes nothing, and that it makes one thing where there are no guards."""
    before = things(aws)
    status, text = attack(aws)
    assert (status // 100, code in text, things(aws)) == (4, True, before), text
    before = things(unguarded)
    status, text = attack(unguarded)
    assert (status, len(things(unguarded) - before)) == (200, 1), text


@pytest.mark.parametrize("attack", ATTACKS)
def test_refuses_with_the_error_of_aws_and_changes_nothing(aws, unguarded, attack):
    headers, code = ATTACKS[attack]
    expect_refused_by_the_guards_alone(
        aws, unguarded, code, lambda server: ask(server, "POST", "/", CREATE, headers(server))
    )


def test_refuses_a_call_whose_name_is_not_signed(aws, unguarded):
    body = json.dumps({"Name": "planted", "Value": "x", "Type": "String"}).encode()
    json_type = {"Content-Type": "application/x-amz-json-1.1"}
    expect_refused_by_the_guards_alone(
        aws,
        unguarded,
        "InvalidSignatureException",
        lambda server: ask(
            server, "POST", "/", body, signed(server, body, headers=json_type, service="ssm") | PUT_PARAMETER
        ),
    )


UNSIGNED = {
    "no credentials": ({}, "AccessDenied"),
    "a signature of Version 2": ({"Authorization": "AWS NOBODYSKEY:c2lnbmF0dXJl"}, "AuthorizationHeaderMalformed"),
}


@pytest.mark.parametrize("attack", UNSIGNED)
def test_refuses_to_make_a_bucket_with(aws, unguarded, attack):
    headers, code = UNSIGNED[attack]
    bucket = "-".join(["planted", *attack.lower().split()])
    expect_refused_by_the_guards_alone(
        aws, unguarded, code, lambda server: ask(server, "PUT", f"/{bucket}", b"", headers)
    )


def test_a_call_without_a_signature_is_told_where_the_key_is(aws):
    status, text = ask(aws, "POST", "/", CREATE, FORM)
    assert (status, "MissingAuthenticationToken" in text, "in the file credentials of its folder" in text) == (
        403,
        True,
        True,
    )


def test_answers_the_same_request_with_its_own_signature(aws):
    before = volumes(aws)
    assert ask(aws, "POST", "/", CREATE, signed(aws))[0] == 200
    assert len(volumes(aws) - before) == 1


@pytest.mark.parametrize("minutes", [-14, 14])
def test_accepts_a_clock_that_is_minutes_off(aws, minutes):
    assert ask(aws, "POST", "/", CREATE, signed(aws, off=minutes * MINUTES))[0] == 200


CODES = {
    "sts": ("get_caller_identity", {}, "InvalidClientTokenId", "SignatureDoesNotMatch"),
    "iam": ("list_users", {}, "InvalidClientTokenId", "SignatureDoesNotMatch"),
    "ec2": ("describe_volumes", {}, "AuthFailure", "AuthFailure"),
    "s3": ("list_buckets", {}, "InvalidAccessKeyId", "SignatureDoesNotMatch"),
    "ssm": ("describe_parameters", {}, "UnrecognizedClientException", "InvalidSignatureException"),
    "dlm": ("get_lifecycle_policies", {}, "UnrecognizedClientException", "InvalidSignatureException"),
}


@pytest.mark.parametrize("service", CODES)
def test_every_protocol_has_its_own_error_codes(aws, service):
    method, parameters, unknown, wrong = CODES[service]
    for credentials, code in ((WRONG, unknown), (own_key_with_another_secret(aws), wrong)):
        client = client_with(aws, service, credentials)
        with pytest.raises(ClientError) as failure:
            getattr(client, method)(**parameters)
        assert failure.value.response["Error"]["Code"] == code
        assert HINT in failure.value.response["Error"]["Message"]


@pytest.mark.parametrize(
    "query",
    [
        "X-Amz-Signature=0",
        f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires={'9' * 30}&X-Amz-Signature=0",
        f"AWSAccessKeyId=x&Signature=x&Expires={'9' * 5000}",
    ],
)
def test_refuses_a_signature_that_cannot_be_read(aws, query):
    status, text = ask(aws, "GET", f"/bucket/key?{query}", b"", {})
    assert (status, "<Code>AuthorizationHeaderMalformed</Code>" in text) == (400, True)


def test_refuses_a_signature_with_letters_outside_ascii(aws):
    wrong = signed(aws)["Authorization"].rpartition("=")[0] + "=ü"
    assert ask(aws, "POST", "/", CREATE, signed(aws) | {"Authorization": wrong})[0] == 401


def test_an_arn_in_a_path_is_signed(aws):
    aws.client("iam").create_role(RoleName="snapshots", AssumeRolePolicyDocument="{}")
    dlm = aws.client("dlm")
    schedule = {"Name": "daily", "CreateRule": {"Interval": 24}, "RetainRule": {"Count": 2}}
    details = {"ResourceTypes": ["VOLUME"], "TargetTags": [{"Key": "a", "Value": "b"}], "Schedules": [schedule]}
    policy = dlm.create_lifecycle_policy(
        ExecutionRoleArn="arn:aws:iam::123456789012:role/snapshots",
        Description="daily",
        State="ENABLED",
        PolicyDetails=details,
    )["PolicyId"]
    arn = dlm.get_lifecycle_policy(PolicyId=policy)["Policy"]["PolicyArn"]
    dlm.tag_resource(ResourceArn=arn, Tags={"Step": "1"})
    assert dlm.list_tags_for_resource(ResourceArn=arn)["Tags"] == {"Step": "1"}


def test_web_pages_get_no_permission(aws, unguarded):
    asked = {"Origin": "https://attacker.example", "Access-Control-Request-Method": "PUT"}
    for server, allowed in ((aws, False), (unguarded, True)):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
        connection.request("OPTIONS", "/", headers=asked)
        answer = connection.getresponse()
        answer.read()
        assert (answer.status == 200, answer.getheader("Access-Control-Allow-Origin") is not None) == (allowed, allowed)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "signed.localhost", "[::1]"])
def test_every_name_of_this_computer_is_answered(aws, host):
    assert ask(aws, "POST", "/", CREATE, signed(aws, headers={"Host": f"{host}:{aws.port}"}))[0] == 200


@pytest.mark.parametrize(
    "host", ["", "attacker.example", "127.0.0.1.attacker.example", "localhost.attacker.example", "["]
)
def test_no_other_host_name_is_answered(aws, host):
    assert ask(aws, "POST", "/", CREATE, signed(aws, headers={"Host": host}))[0] == 403


def test_health_is_for_its_user(aws, unguarded):
    assert aws.health()["ready"]
    status, text = ask(aws, "GET", "/_local-aws/health", b"", {})
    assert status == 403
    assert str(aws.home) not in text
    assert str(unguarded.home) in ask(unguarded, "GET", "/_local-aws/health", b"", {})[1]


def test_a_log_contains_no_control_sequences(start, tmp_path):
    aws = start(tmp_path / "home")
    ask(aws, "POST", "/?X-Amz-Signature=0&X-Amz-Algorithm=%1b%5b2J", CREATE, FORM)
    aws.stop()
    assert "expected AWS4-HMAC-SHA256, got ?[2J" in aws.printed


@pytest.mark.skipif(sys.platform != "linux", reason="becomes another user, which takes root, and Linux's setpriv")
def test_another_user_of_the_computer_reads_nothing(start, tmp_path):
    becoming = ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    tmp_path.chmod(0o755)

    def readable(aws: Any) -> list[str]:
        # `find` begins in this folder, since others may not enter a folder above it here. Elsewhere they may.
        command = [*becoming, "find", aws.home.name, "-readable", "-type", "f"]
        found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        return sorted(Path(line).name for line in found.stdout.splitlines())

    guarded, without = start(tmp_path / "home"), start(tmp_path / "other", without=("files",))
    for server in (guarded, without):
        server.client("ssm").put_parameter(Name="secret", Value="hidden", Type="String")
    assert readable(guarded) == []
    assert {"credentials", "state"} <= set(readable(without))
