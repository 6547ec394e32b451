"""The credentials of containers, as ECS's agent gives them out at 169.254.170.2.

Source of the format: https://docs.rs/aws-config/1.5.10/aws_config/ecs/index.html (read 2026-11).
"""

import json
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from local_aws.core.background import Ending
from local_aws.core.container_roles import role_of

from .role_sessions import RoleSessions

PREFIX = "/v2/credentials/"
TIME = "%Y-%m-%dT%H:%M:%SZ"


class ContainerCredentials:
    """Answers GET `/v2/credentials/<id>` for the ids that a service registered (WSGI)."""

    def __init__(self, sessions: RoleSessions) -> None:
        self._sessions = sessions

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        """Answers one request."""
        path = environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] != "GET" or not path.startswith(PREFIX):
            status, content = "404 Not Found", _problem(404, "NotFound", "page not found")
        else:
            status, content = self._credentials(path.removeprefix(PREFIX))
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(content).encode()]

    def _credentials(self, credentials_id: str) -> tuple[str, dict[str, Any]]:
        role = role_of(credentials_id)
        try:
            found = self._sessions.credentials_of(role.role_arn, role.session_name, role.region) if role else None
        except Ending:
            return "503 Service Unavailable", _problem(503, "ServiceUnavailable", "the local AWS is stopping")
        if found is None:
            return "400 Bad Request", _problem(400, "InvalidIdInRequest", "Credentials not found")
        return "200 OK", {
            "RoleArn": found.role_arn,
            "AccessKeyId": found.access_key_id,
            "SecretAccessKey": found.secret_access_key,
            "Token": found.session_token,
            "Expiration": found.expiration.strftime(TIME),
        }


def _problem(status: int, code: str, message: str) -> dict[str, Any]:
    return {"code": code, "message": f"CredentialsV2Request: {message}", "HTTPErrorCode": status}
