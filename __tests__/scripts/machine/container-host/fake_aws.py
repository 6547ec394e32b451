"""AWS and the metadata service of an instance, in the place of the real ones."""

import json
import urllib.parse
from http.server import BaseHTTPRequestHandler

INSTANCE = "i-0123456789abcdef0"


class FakeAws:
    """Answers each operation with what a test says, and keeps what was asked.

    `answers` has a list for each operation, of which the last one stays: text, an object, or `(status, code)`.
    """

    def __init__(self) -> None:
        self.answers: dict[str, list] = {}
        self.asked: list[tuple[str, str, dict]] = []
        self.authorizations: list[str] = []

    def answer(self, operation, *answers):
        self.answers[operation] = list(answers)

    def arguments(self, operation):
        """What the operation was asked for, each time."""
        return [arguments for _, name, arguments in self.asked if name == operation]

    def respond(self, service, operation, arguments):
        self.asked.append((service, operation, arguments))
        waiting = self.answers.get(operation, [(400, "UnknownOperationException")])
        answer = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(answer, tuple):
            status, code = answer
            text = json.dumps({"__type": code}) if service == "ecs" else f"<Error><Code>{code}</Code></Error>"
            return status, text
        return 200, answer if isinstance(answer, str) else json.dumps(answer)


class Handler(BaseHTTPRequestHandler):
    fake: FakeAws

    def do_PUT(self):
        self.tell(200, "a token")

    def do_GET(self):
        role = {"AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "secret", "Token": "session"}
        found = {
            "/latest/meta-data/instance-id": INSTANCE,
            "/latest/meta-data/iam/security-credentials/": "host",
            "/latest/meta-data/iam/security-credentials/host": json.dumps(role),
        }
        self.tell(*((200, found[self.path]) if self.path in found else (404, "")))

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        self.fake.authorizations.append(self.headers["authorization"])
        service = self.path.strip("/")
        if target := self.headers["x-amz-target"]:
            operation, arguments = target.rpartition(".")[2], json.loads(body)
        else:
            arguments = dict(urllib.parse.parse_qsl(body))
            operation = arguments.pop("Action")
        self.tell(*self.fake.respond(service, operation, arguments))

    def tell(self, status, text):
        body = text.encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass
