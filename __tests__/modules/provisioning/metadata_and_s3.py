"""A stand-in for EC2's metadata service and for S3, on their own addresses in a network namespace.

It answers one object, to requests that botocore would sign the same way. Arguments: a folder with `object`, and as JSON
the `host` and `path` of the object, whether there is a `role`, the code of S3's `refusal`, and for how many `refusals`.
"""

import datetime
import json
import ssl
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from certificates import write_certificates

REGION = "eu-west-1"
KEYS = {"AccessKeyId": "ASIAEXAMPLE", "SecretAccessKey": "secret/+key", "Token": "session=="}
ROLES = "/latest/meta-data/iam/security-credentials/"


class Answers(BaseHTTPRequestHandler):
    """What both services have in common."""

    def answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_) -> None:
        """Tests read what user data says, not this."""


class Metadata(Answers):
    """IMDSv2: a token first, which every other request has to show."""

    def do_PUT(self) -> None:
        allowed = self.path == "/latest/api/token" and self.headers["X-aws-ec2-metadata-token-ttl-seconds"]
        self.answer(*((200, b"the-token") if allowed else (400, b"")))

    def do_GET(self) -> None:
        if self.headers["X-aws-ec2-metadata-token"] != "the-token":
            self.answer(401, b"")
        elif self.path == ROLES and case["role"]:
            self.answer(200, b"host-role")
        elif self.path == ROLES + "host-role" and case["role"]:
            self.answer(200, json.dumps({"Code": "Success", **KEYS}).encode())
        else:
            self.answer(404, b"")


class S3(Answers):
    """GetObject."""

    def do_GET(self) -> None:
        problem = self.problem()
        if problem:
            self.answer(403, f"<Error><Code>{problem}</Code></Error>".encode())
        else:
            self.answer(200, (folder / "object").read_bytes())

    def problem(self) -> str | None:
        if case["refusals"] > 0:
            case["refusals"] -= 1
            return case["refusal"]
        if self.headers["Authorization"] != self.authorization():
            return "SignatureDoesNotMatch"
        return None if self.path == case["path"] else "NoSuchKey"

    def authorization(self) -> str:
        signed_at = datetime.datetime.strptime(self.headers["x-amz-date"], "%Y%m%dT%H%M%SZ")
        botocore.auth.get_current_datetime = lambda: signed_at
        request = AWSRequest("GET", f"https://{self.headers['Host']}{self.path}")
        keys = Credentials(KEYS["AccessKeyId"], KEYS["SecretAccessKey"], KEYS["Token"])
        botocore.auth.S3SigV4Auth(keys, "s3", REGION).add_auth(request)
        return request.headers["Authorization"]


folder, case = Path(sys.argv[1]), json.loads(sys.argv[2])
write_certificates(folder, case["host"])
tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
tls.load_cert_chain(folder / "server.pem")
s3 = HTTPServer(("127.0.0.1", 443), S3)
s3.socket = tls.wrap_socket(s3.socket, server_side=True)
metadata = HTTPServer(("169.254.169.254", 80), Metadata)
for server in (s3, metadata):
    threading.Thread(target=server.serve_forever).start()
print("ready", flush=True)
