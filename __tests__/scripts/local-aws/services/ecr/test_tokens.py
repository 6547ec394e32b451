"""Only a token that this local AWS made opens a registry, and only for 12 hours."""

import base64
import datetime
import json

import pytest
from local_aws.services.ecr.tokens import ExpiredToken, RegistryName, Tokens, WrongToken, keep_tokens, password_of

NOW = datetime.datetime(2026, 11, 30, 12, tzinfo=datetime.UTC)
HOUR = datetime.timedelta(hours=1)
REGISTRY = RegistryName("123456789012", "eu-west-1")


def test_a_token_names_its_registry():
    tokens = Tokens(b"key")
    assert tokens.read(tokens.make(REGISTRY, NOW + HOUR), NOW) == REGISTRY


def test_fails_after_its_end():
    tokens = Tokens(b"key")
    with pytest.raises(ExpiredToken):
        tokens.read(tokens.make(REGISTRY, NOW), NOW)


def test_fails_with_a_token_of_another_local_aws():
    with pytest.raises(WrongToken):
        Tokens(b"key").read(Tokens(b"other").make(REGISTRY, NOW + HOUR), NOW)


def test_fails_when_the_claims_were_changed():
    tokens = Tokens(b"key")
    signature = tokens.make(REGISTRY, NOW + HOUR).partition(".")[2]
    claims = {"account": "999999999999", "region": "eu-west-1", "expires": NOW.timestamp() + 60}
    forged = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode()
    with pytest.raises(WrongToken):
        tokens.read(f"{forged}.{signature}", NOW)


def test_tokens_hold_after_a_restart(tmp_path):
    file = tmp_path / "registry" / "key"
    token = keep_tokens(file).make(REGISTRY, NOW + HOUR)
    assert keep_tokens(file).read(token, NOW) == REGISTRY
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("authorization", ["", "Basic", "Bearer QVdTOng=", "Basic ?", "Basic eHg6eA==", "Basic /w=="])
def test_fails_without_a_password_of_the_user_aws(authorization):
    with pytest.raises(WrongToken):
        password_of(authorization)


def test_the_password_is_that_of_the_user_aws():
    assert password_of("Basic QVdTOng=") == "x"
