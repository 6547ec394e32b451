"""Finds the AWS call of an HTTP request, and whether the call can change anything."""

import io
import re
from dataclasses import dataclass
from urllib.parse import parse_qs
from wsgiref.types import WSGIEnvironment

from moto.backend_index import backend_url_patterns
from moto.backends import get_backend
from moto.core.request import Request
from moto.core.routing import get_service_router

READING_OPERATION = re.compile(
    r"(Describe|Get|List|Head|Search|Lookup|BatchGet|Check|Validate|Simulate|Preview|Estimate|Decode|Test)[A-Z]"
)
# Their names look like reading. They make credentials, which are kept.
CHANGING_OPERATIONS = frozenset({"GetSessionToken", "GetFederationToken"})
CREDENTIAL = re.compile(r"Credential=[^/]*/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")


@dataclass(frozen=True)
class ApiCall:
    """One call.

    `service` is AWS's signing name (`ec2`, `elasticfilesystem`). `operation` is None for REST protocols, where path and
    method say which operation it is.
    """

    service: str
    region: str
    operation: str | None
    protocol: str
    method: str
    path: str

    @property
    def only_reads(self) -> bool:
        """Says whether the call changes nothing, so that nothing has to be saved after it."""
        if self.operation is None:
            return self.method in ("GET", "HEAD", "OPTIONS")
        return bool(READING_OPERATION.match(self.operation)) and self.operation not in CHANGING_OPERATIONS


def identify(environ: WSGIEnvironment) -> ApiCall:
    """Returns the call of a request whose body is in memory. The body can still be read."""
    method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "/")
    scope = CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", "") or _presigned_scope(environ))
    service, region = (scope["service"], scope["region"]) if scope else ("s3", "us-east-1")
    if path.startswith("/moto-api") and service != "s3":
        service = "moto-api"
    target = environ.get("HTTP_X_AMZ_TARGET")
    if target:
        return ApiCall(service, region, target.rsplit(".", 1)[-1], "json", method, path)
    # A body in S3 may be anything, and a query in S3 names no action.
    action = None if scope and service == "s3" else _query_action(environ)
    if action:
        return ApiCall(service, region, action, "ec2" if service == "ec2" else "query", method, path)
    return ApiCall(service, region, None, "rest-xml" if service == "s3" else "rest-json", method, path)


def full_name(call: ApiCall, environ: WSGIEnvironment) -> str:
    """Returns `service:Operation`. For REST protocols, botocore's description of the service has it.

    Returns the service with method and path when botocore does not know the operation.
    """
    if call.operation:
        return f"{call.service}:{call.operation}"
    service = _botocore_name(call)
    try:
        operation, _ = get_service_router(service).match(Request(environ.copy()))
        return f"{call.service}:{operation.name}"
    except Exception:
        return f"{call.service}:{call.method} {call.path}"


def _botocore_name(call: ApiCall) -> str:
    host = f"https://{call.service}.{call.region}.amazonaws.com"
    module = next((name for name, pattern in backend_url_patterns if pattern.match(host)), None)
    return get_backend(module).service_name if module else call.service


def _presigned_scope(environ: WSGIEnvironment) -> str:
    credential = parse_qs(environ.get("QUERY_STRING", "")).get("X-Amz-Credential", [""])[0]
    return f"Credential={credential}"


def _query_action(environ: WSGIEnvironment) -> str | None:
    body: io.BytesIO = environ["wsgi.input"]
    form = ""
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        form = body.getvalue().decode("utf-8", "replace")
    for encoded in (form, environ.get("QUERY_STRING", "")):
        action = parse_qs(encoded).get("Action")
        if action:
            return action[0]
    return None
