"""Fetches an archive from S3 with the role of this EC2 instance, checks it, and unpacks it into the present folder.

Usage: python3 fetch_bundle.py HOST REGION KEY SHA256
Exit codes: 0 unpacked; 1 not, and one sentence on stderr says what, where and the fix.
It is part of user data, which holds 16 KB, and runs before anything is installed: with Python's own library alone.
Other programs of an instance can import it, and call AWS with the instance's role as it does.
"""

import datetime
import hashlib
import hmac
import http.client
import io
import json
import re
import sys
import tarfile
import time
import urllib.error
import urllib.parse
import urllib.request

METADATA = "http://169.254.169.254/latest/"
LIMIT_SEC = 300
PAUSE_SEC = 3
ANSWER_LIMIT_SEC = 10


class ProblemError(Exception):
    """What went wrong, as the middle of a sentence."""


def main(host, region, key, sha256):
    """Fetches, checks and unpacks, or ends the program with a sentence."""
    path = "/" + urllib.parse.quote(key)
    url = f"https://{host}{path}"
    archive = fetch(url, region, time.monotonic() + LIMIT_SEC)
    found = hashlib.sha256(archive).hexdigest()
    if found != sha256:
        sys.exit(
            f"first boot: {url}: expected the SHA-256 {sha256}, got {found}: somebody has changed the object; "
            "do not trust the bucket until you know who. Then make the object and this instance again: "
            f"`aws s3 rm s3://{host.rpartition('.s3.')[0]}/{key}`, and "
            "`terraform -chdir=cdktf.out/stacks/STACK apply -replace=aws_instance.NAME`"
        )
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        # Without a filter, later versions of Python warn; the first ones of 3.9 know none.
        tar.extractall(**({"filter": "data"} if hasattr(tarfile, "data_filter") else {}))


def fetch(url, region, deadline):
    """Returns the object. Tries again until the deadline: a new role needs seconds to reach all of AWS."""
    while True:
        try:
            return read(url, signed_headers("s3", region, url, role_credentials(), utc_now()))
        except ProblemError as problem:
            if time.monotonic() > deadline:
                sys.exit(
                    f"first boot: {url}: expected the scripts of this instance, got {problem} for {LIMIT_SEC} seconds; "
                    "let its role read them and its subnet reach S3, then replace the instance"
                )
        time.sleep(PAUSE_SEC)


def role_credentials():
    """Returns access key, secret key and session token of the instance's role, from the metadata service (IMDSv2)."""
    token = read(METADATA + "api/token", {"X-aws-ec2-metadata-token-ttl-seconds": "60"}, "PUT").decode()
    roles = METADATA + "meta-data/iam/security-credentials/"
    header = {"X-aws-ec2-metadata-token": token}
    try:
        role = read(roles, header).decode().split()[0]
        found = json.loads(read(roles + role, header))
        return found["AccessKeyId"], found["SecretAccessKey"], found["Token"]
    except (ValueError, LookupError) as error:
        raise ProblemError(f"no credentials of a role from {roles}") from error


def read(url, headers, method="GET", body=None):
    """Returns the body of the answer."""
    request = urllib.request.Request(url, body, headers, method=method)
    try:
        try:
            with urllib.request.urlopen(request, timeout=ANSWER_LIMIT_SEC) as answer:
                return answer.read()
        except urllib.error.HTTPError as error:
            code = re.search(rb'(?:<Code>|"__type": *"(?:[^"#]*#)?)(\w+)', error.read())
            raise ProblemError(f"{error.code} {code[1].decode() if code else error.reason} from {url}") from error
    except (OSError, http.client.HTTPException) as error:
        raise ProblemError(f"no answer from {url} ({error})") from error


def signed_headers(service, region, url, credentials, now, method="GET", headers=None, body=b""):
    """Returns the headers of a signed request: those given, whose names are in lower case, and those of the signature.

    The URL has no query, and each sign of its path that needs it is escaped once.
    Source: "Create a signed AWS API request", AWS IAM (read 2026-11).
    """
    access_key, secret_key, session_token = credentials
    target = urllib.parse.urlsplit(url)
    date = now.strftime("%Y%m%dT%H%M%SZ")
    body_hash = hashlib.sha256(body).hexdigest()
    signed = {
        **(headers or {}),
        "host": target.netloc,
        "x-amz-content-sha256": body_hash,
        "x-amz-date": date,
        "x-amz-security-token": session_token,
    }
    names = ";".join(sorted(signed))
    lines = [f"{name}:{signed[name]}" for name in sorted(signed)]
    request = "\n".join([method, target.path, "", *lines, "", names, body_hash])
    scope = [date[:8], region, service, "aws4_request"]
    digest = hashlib.sha256(request.encode()).hexdigest()
    text = "\n".join(["AWS4-HMAC-SHA256", date, "/".join(scope), digest])
    key = f"AWS4{secret_key}".encode()
    for part in [*scope, text]:
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    credential = "/".join([access_key, *scope])
    signed["authorization"] = f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders={names}, Signature={key.hex()}"
    return signed


def utc_now():
    """Returns the time of this computer."""
    return datetime.datetime.now(datetime.timezone.utc)


if __name__ == "__main__":
    main(*sys.argv[1:])
