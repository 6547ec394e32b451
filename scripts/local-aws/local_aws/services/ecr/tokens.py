"""The tokens of GetAuthorizationToken: passwords for the user AWS of a registry."""

import base64
import binascii
import datetime
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from local_aws.core.files import write_whole

LIFE = datetime.timedelta(hours=12)
_KEY_BYTES = 32


@dataclass(frozen=True)
class RegistryName:
    """A registry of images: every account has one in each region."""

    account: str
    region: str


class WrongToken(Exception):
    """A password is no token that this local AWS made."""


class ExpiredToken(WrongToken):
    """A token is older than 12 hours."""


class Tokens:
    """Makes and reads tokens. They hold after a restart too: the key is in a file."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def make(self, registry: RegistryName, expires: datetime.datetime) -> str:
        """Returns a token that opens a registry until a time."""
        claims = {"account": registry.account, "region": registry.region, "expires": expires.timestamp()}
        text = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()
        return f"{text}.{self._sign(text)}"

    def read(self, token: str, now: datetime.datetime) -> RegistryName:
        """Returns the registry that a token opens. Raises WrongToken or ExpiredToken."""
        text, _, signature = token.partition(".")
        if not hmac.compare_digest(self._sign(text).encode(), signature.encode()):
            raise WrongToken
        claims = json.loads(base64.urlsafe_b64decode(text))
        if now.timestamp() >= claims["expires"]:
            raise ExpiredToken
        return RegistryName(claims["account"], claims["region"])

    def _sign(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()


def keep_tokens(file: Path) -> Tokens:
    """Returns the maker of tokens whose key is in a file. Makes the file at the first call."""
    if not file.exists():
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(file, secrets.token_bytes(_KEY_BYTES))
    return Tokens(file.read_bytes())


def password_of(authorization: str) -> str:
    """Returns the password of the user AWS in a header Authorization. Raises WrongToken."""
    scheme, _, encoded = authorization.partition(" ")
    try:
        user, _, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise WrongToken from None
    if scheme.lower() != "basic" or user != "AWS":
        raise WrongToken
    return password
