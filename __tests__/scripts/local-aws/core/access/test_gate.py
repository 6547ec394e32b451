"""The gate by itself, without a server."""

import io
import time
import urllib.parse
from http.client import HTTPMessage
from threading import Lock
from typing import Any

import pytest
from botocore.credentials import Credentials
from local_aws.core.access.gate import AWS_HOSTS, LOOPBACK_HOSTS, Gate, refuse_web_pages
from local_aws.core.access.problems import Refused
from local_aws.core.application import HEALTH_PATH, HEALTH_SERVICE, Application
from signing import sign

KEY = Credentials("LOCALAWSKEY", "secret")
FORM = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}
BODY = b"Action=DescribeVolumes&Version=2016-11-15"


def test_a_request_from_before_it_is_ready_stays_unanswered():
    class GettingReady(Application):
        """It becomes ready between any two looks at it."""

        looks = 0

        @property
        def ready(self) -> bool:
            self.looks += 1
            return self.looks > 1

        @ready.setter
        def ready(self, _value: bool) -> None:
            pass

    asked = environment_of("http://127.0.0.1:1/", FORM, BODY)
    answered: list[str] = []
    GettingReady(object(), Lock(), dict, Gate(KEY))(asked, lambda status, _headers: answered.append(status))
    assert answered == ["503 Service Unavailable"]


def test_a_check_takes_less_than_a_millisecond():
    url, calls = "http://127.0.0.1:1/", 300
    environ = environment_of(url, sign(KEY, "POST", url, BODY, FORM), BODY)
    gate = Gate(KEY)
    began = time.process_time()
    for _ in range(calls):
        gate.check({**environ})
    assert (time.process_time() - began) / calls < 0.001


@pytest.mark.parametrize(
    ("hosts", "url"),
    [
        (LOOPBACK_HOSTS, "http://127.0.0.1:4760/"),
        (LOOPBACK_HOSTS, "http://photos.localhost:4760/"),
        (AWS_HOSTS, "https://ec2.eu-west-1.amazonaws.com/"),
        (AWS_HOSTS, "https://my.photos.s3.eu-west-1.amazonaws.com:443/"),
    ],
)
def test_each_door_takes_its_own_hosts(hosts, url):
    refuse_web_pages(environment_of(url, {}, b""), hosts)


@pytest.mark.parametrize(
    ("hosts", "url"),
    [
        (LOOPBACK_HOSTS, "http://ec2.eu-west-1.amazonaws.com/"),
        (AWS_HOSTS, "https://127.0.0.1/"),
        (AWS_HOSTS, "https://198.18.0.2/"),
        (AWS_HOSTS, "https://example.org/"),
        (AWS_HOSTS, "https://ec2.eu-west-1.amazonaws.com.example.org/"),
    ],
)
def test_fails_at_the_door_of_others(hosts, url):
    with pytest.raises(Refused, match="expected the host"):
        refuse_web_pages(environment_of(url, {}, b""), hosts)


def test_fails_to_tell_a_machine_about_the_local_aws():
    def describe():
        raise AssertionError("it told")

    application = Application(object(), Lock(), describe, Gate(KEY))
    answered: list[str] = []

    def ask(door, host):
        url = f"{host}{HEALTH_PATH}"
        asked = environment_of(url, sign(KEY, "POST", url, b"", service=HEALTH_SERVICE), b"")
        door({**asked, "RAW_URI": HEALTH_PATH, "PATH_INFO": HEALTH_PATH}, lambda status, _: answered.append(status))

    ask(application.for_machines, "https://ec2.eu-west-1.amazonaws.com")
    assert answered == ["503 Service Unavailable"]
    with pytest.raises(AssertionError, match="it told"):
        ask(application, "http://127.0.0.1:4760")


def environment_of(url: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """Returns a request as the application gets it."""
    message = HTTPMessage()
    host = urllib.parse.urlsplit(url).netloc
    for name, value in {"Host": host, **headers}.items():
        message[name] = value
    variables = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in message.items()}
    return {
        **variables,
        "REQUEST_METHOD": "POST",
        "RAW_URI": "/",
        "QUERY_STRING": "",
        "wsgi.input": io.BytesIO(body),
        "local_aws.headers": message,
    }
