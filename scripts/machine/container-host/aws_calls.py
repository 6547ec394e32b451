"""Calls AWS with the role of this EC2 instance, signed as first-boot/fetch_bundle.py does.

A call that fails raises ProblemError, whose text is the middle of a sentence: `400 Throttling from https://…`.
"""

import json
import re
import time
import urllib.parse

import fetch_bundle
from fetch_bundle import ProblemError, role_credentials, signed_headers, utc_now

ENDPOINT = "https://{service}.{region}.amazonaws.com{suffix}/"
LONGEST_PAUSE_SEC = 15

# Codes that a later try may not get. "No answer" and server errors are others.
PASSING_CODES = {
    "ConcurrentSnapshotLimitExceeded",
    "PendingSnapshotLimitExceeded",
    "RequestLimitExceeded",
    "SnapshotCreationPerVolumeRateExceeded",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
}


def json_call(service, region, target, arguments):
    """Returns the answer of a service that speaks JSON, parsed."""
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": target}
    return json.loads(post(service, region, headers, json.dumps(arguments).encode()))


def query_call(service, region, version, action, parameters):
    """Returns the answer of a service that takes forms and answers XML, as text."""
    headers = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
    form = {"Action": action, "Version": version, **parameters}
    return post(service, region, headers, urllib.parse.urlencode(form).encode()).decode()


def post(service, region, headers, body):
    """Returns the body of the answer."""
    url = ENDPOINT.format(service=service, region=region, suffix=".cn" if region.startswith("cn-") else "")
    signed = signed_headers(service, region, url, role_credentials(), utc_now(), "POST", headers, body)
    return fetch_bundle.read(url, signed, "POST", body)


def instance_id():
    """Returns the id of this EC2 instance."""
    metadata = fetch_bundle.METADATA
    token = fetch_bundle.read(f"{metadata}api/token", {"X-aws-ec2-metadata-token-ttl-seconds": "60"}, "PUT").decode()
    return fetch_bundle.read(f"{metadata}meta-data/instance-id", {"X-aws-ec2-metadata-token": token}).decode()


def patiently(limit_sec, call, *arguments):
    """Returns what the call returns. A problem that may pass is tried again until the limit is over."""
    deadline, pause_sec = time.monotonic() + limit_sec, 1
    while True:
        try:
            return call(*arguments)
        except ProblemError as problem:
            if not may_pass(problem):
                raise
            if time.monotonic() + pause_sec > deadline:
                raise ProblemError(f"{problem} for {limit_sec} seconds") from problem
        time.sleep(pause_sec)
        pause_sec = min(2 * pause_sec, LONGEST_PAUSE_SEC)


def may_pass(problem):
    """Whether another try can help: not if AWS says what is wrong with the request."""
    code = code_of(problem)
    return code is None or code in PASSING_CODES or str(problem).startswith("5")


def code_of(problem):
    """Returns the code that AWS answers with, such as `Throttling`; None if it does not answer."""
    found = re.match(r"\d{3} (\w+)", str(problem))
    return found and found[1]
