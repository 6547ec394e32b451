"""moto has pages of its own, which AWS has not. They read, change and empty everything."""

import io
import urllib.error
import urllib.request
from http.client import HTTPMessage
from threading import Lock
from types import SimpleNamespace

import pytest
from botocore.credentials import Credentials
from local_aws.core.access.gate import Gate
from local_aws.core.application import Application
from moto.iam.models import iam_backends
from signing import key_of, sign

KEY, HOST = Credentials("LOCALAWSKEY", "secret"), "ec2.eu-west-1.amazonaws.com"
RESET = "/moto-api/reset"
PAGES = (
    "/moto-api",
    "/moto-api/",
    "/moto-api/data.json",
    "/moto-api/config",
    "/moto-api/reset-auth",
    "/moto-api/recorder/download-recording",
    "/favicon.ico",
    "/latest/meta-data/iam/security-credentials/default-role",
    "/latest/api/token",
)


@pytest.fixture
def kept():
    """Something that a reset forgets."""
    users = iam_backends["123456789012"]["aws"].users
    users["kept"] = "kept"
    yield users
    users.pop("kept", None)


def ask_as_machine(method, path, service="ec2", host=HOST):
    """Asks the door for machines. Returns the status and the body of the answer."""
    signed = {"Host": host} | sign(KEY, method, f"https://{host}{path}", service=service)
    headers, answered = HTTPMessage(), []
    for name, value in signed.items():
        headers[name] = value
    state = SimpleNamespace(problem=None, is_stale=False, changed=lambda **_: None)
    application = Application(state, Lock(), dict, Gate(KEY))
    application.ready = True
    environ = {
        **{f"HTTP_{name.upper().replace('-', '_')}": value for name, value in signed.items()},
        **{"REQUEST_METHOD": method, "PATH_INFO": path, "RAW_URI": path, "REQUEST_URI": path, "QUERY_STRING": ""},
        **{"SERVER_NAME": host, "SERVER_PORT": "443", "wsgi.url_scheme": "https", "wsgi.input": io.BytesIO()},
        "local_aws.headers": headers,
    }
    body = b"".join(application.for_machines(environ, lambda status, _headers: answered.append(status[:3])))
    return answered[0], body


@pytest.mark.parametrize("service", ["ec2", "s3-outposts", "moto-api"])
@pytest.mark.parametrize("path", [RESET, *PAGES])
def test_a_machine_reaches_none(kept, service, path):
    status, body = ask_as_machine("POST", path, service)
    assert (status, b"UnknownOperationException" in body, "kept" in kept) == ("404", True, True)


def test_a_machine_reaches_none_by_a_bucket_of_that_name(kept):
    assert ask_as_machine("POST", "/reset", host="moto-api.s3.eu-west-1.amazonaws.com")[0] == "404"
    assert "kept" in kept


def test_a_machine_may_have_objects_of_that_name():
    status, body = ask_as_machine("GET", RESET, service="s3", host="photos.s3.eu-west-1.amazonaws.com")
    assert (status, b"<Code>NoSuchBucket</Code>" in body) == ("404", True)


def ask(aws, method, path, service="ec2"):
    url = f"{aws.url}{path}"
    signed = sign(key_of(aws.home), method, url, service=service)
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method, headers=signed)) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@pytest.mark.parametrize("path", PAGES)
def test_the_user_s_programs_reach_none_but_the_reset(aws, path):
    status, body = ask(aws, "GET", path)
    assert (status, b"UnknownOperationException" in body) == (404, True)


def test_a_reset_forgets_everything(aws):
    aws.client("iam").create_user(UserName="forgotten")
    assert ask(aws, "POST", RESET)[0] == 200
    assert aws.client("iam").list_users()["Users"] == []
