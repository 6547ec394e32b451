"""The tokens of IMDSv2."""

import base64

import pytest
from local_aws.services.ec2.machines.metadata import tokens
from local_aws.services.ec2.machines.metadata.tokens import LONGEST_SEC, Tokens

MADE = Tokens()


def test_a_token_is_valid_for_its_instance_until_it_ends(monkeypatch):
    token = MADE.make("i-1", LONGEST_SEC)
    assert MADE.seconds_left(token, "i-1") == pytest.approx(LONGEST_SEC, abs=60)
    later = tokens.time.time() + LONGEST_SEC + 1
    monkeypatch.setattr(tokens.time, "time", lambda: later)
    assert MADE.seconds_left(token, "i-1") is None


def prolonged(token):
    """Returns a token whose end was moved."""
    content = bytearray(base64.urlsafe_b64decode(token))
    content[5] += 1
    return base64.urlsafe_b64encode(content).decode()


WRONG = {
    "another instance's": lambda: MADE.make("i-2", 60),
    "another server's": lambda: Tokens().make("i-1", 60),
    "a prolonged one": lambda: prolonged(MADE.make("i-1", 60)),
    "a cut one": lambda: MADE.make("i-1", 60)[:-4],
    "none": lambda: "",
    "no Base64": lambda: "å token",
}


@pytest.mark.parametrize("kind", WRONG)
def test_fails_for_a_token_that_is(kind):
    assert MADE.seconds_left(WRONG[kind](), "i-1") is None
