"""The keys that open the local AWS: its own, and those that its services gave out."""

import datetime
import hmac
from collections.abc import Callable
from dataclasses import dataclass

from botocore.credentials import Credentials

from .problems import Problem, Refused


@dataclass(frozen=True)
class IssuedKey:
    """A key that a service gave out. The key of a session has a token, and an end in UTC."""

    credentials: Credentials
    ends: datetime.datetime | None = None


# Finds a key that a service gave out by the id of the key.
Issuer = Callable[[str], IssuedKey | None]
_issuers: list[Issuer] = []


def add_issuer(issuer: Issuer) -> None:
    """Makes the keys of a service open the local AWS."""
    _issuers.append(issuer)


class KeyStore:
    """Finds the secret of a key."""

    def __init__(self, own: Credentials) -> None:
        self._own = IssuedKey(own)

    def credentials_of(self, key: str, token: str | None) -> Credentials:
        """Returns the credentials of an access key and its session token, if it has one.

        Raises Refused for a key that no service gave out, for a wrong session token, and after the session has ended.
        """
        issued = self._own if key == self._own.credentials.access_key else _issued(key)
        if issued is None:
            raise Refused(Problem.UNKNOWN_KEY, f"the local AWS gave out no access key {key[:40]}")
        _check_token(issued.credentials.token, token)
        if issued.ends is not None and issued.ends < datetime.datetime.now(datetime.UTC):
            raise Refused(Problem.EXPIRED_TOKEN, f"the session ended at {issued.ends:%Y-%m-%dT%H:%M:%SZ}")
        return issued.credentials


def _issued(key: str) -> IssuedKey | None:
    return next((issued for issuer in _issuers if (issued := issuer(key)) is not None), None)


def _check_token(expected: str | None, token: str | None) -> None:
    if expected is None:
        if token is not None:
            raise Refused(Problem.WRONG_TOKEN, "this key has no session token, and the request has one")
    elif not hmac.compare_digest((token or "").encode(), expected.encode()):
        raise Refused(Problem.WRONG_TOKEN, "the session token is not the one of this key")
