"""Errors in the words of a registry, as Docker's clients print them."""

import json
from collections.abc import Sequence
from http import HTTPStatus

Headers = list[tuple[str, str]]


class Refusal(Exception):
    """An error answer: a status, a code of the registry's protocol, and a sentence."""

    def __init__(self, status: HTTPStatus, code: str, message: str, headers: Sequence[tuple[str, str]] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.headers = [("Content-Type", "application/json; charset=utf-8"), *headers]
        self.body = json.dumps({"errors": [{"code": code, "message": message}]}).encode()


def unknown_repository(name: str, account: str) -> Refusal:
    """A repository that was never made, or was deleted. A push makes none, as on AWS."""
    message = f"The repository with name '{name}' does not exist in the registry with id '{account}'"
    return Refusal(HTTPStatus.NOT_FOUND, "NAME_UNKNOWN", message)


def unknown_image() -> Refusal:
    """An image that is not in its repository."""
    return Refusal(HTTPStatus.NOT_FOUND, "MANIFEST_UNKNOWN", "Requested image not found")


def unsupported(what: str) -> Refusal:
    """What a registry has and ECR has not."""
    return Refusal(HTTPStatus.METHOD_NOT_ALLOWED, "UNSUPPORTED", f"{what} is not supported: call ECR's API instead")


def not_authorized(code: str, message: str, realm: str) -> Refusal:
    """A missing, wrong or expired token."""
    challenge = f'Basic realm="{realm}",service="ecr.amazonaws.com"'
    return Refusal(HTTPStatus.UNAUTHORIZED, code, message, [("WWW-Authenticate", challenge)])
