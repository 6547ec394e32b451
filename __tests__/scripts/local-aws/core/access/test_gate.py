"""The gate by itself, without a server."""

import io
import time
import urllib.parse
from http.client import HTTPMessage
from typing import Any

from botocore.credentials import Credentials
from local_aws.core.access.gate import Gate
from local_aws.core.application import Application
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
    GettingReady(object(), dict, Gate(KEY))(asked, lambda status, _headers: answered.append(status))
    assert answered == ["503 Service Unavailable"]


def test_a_check_takes_less_than_a_millisecond():
    url, calls = "http://127.0.0.1:1/", 300
    environ = environment_of(url, sign(KEY, "POST", url, BODY, FORM), BODY)
    gate = Gate(KEY)
    began = time.process_time()
    for _ in range(calls):
        gate.check({**environ})
    assert (time.process_time() - began) / calls < 0.001


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
