"""The sessions that AWS itself makes for machines and containers."""

import contextlib
import datetime

import pytest
from local_aws.services.sts import role_sessions
from local_aws.services.sts.issued_sessions import key_of_session
from local_aws.services.sts.role_sessions import DURATION, RoleSessions
from moto.core.utils import utcnow
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

REGION = "eu-central-1"


@pytest.fixture(params=["123456789012", "210987654321"])
def account(request):
    yield request.param
    for backends in (iam_backends, sts_backends):
        backends[request.param].reset()


@pytest.fixture
def role(account):
    iam = iam_backends[account]["aws"]
    return iam.create_role("reader", "{}", "/", None, "", {}, "3600").arn


@pytest.fixture
def changes():
    return []


@pytest.fixture
def sessions(changes):
    @contextlib.contextmanager
    def change():
        yield
        changes.append("saved")

    return RoleSessions(change)


def test_gives_the_same_keys_until_they_are_renewed_before_their_end(sessions, changes, role, account, monkeypatch):
    first = sessions.credentials_of(role, "i-1", REGION)
    assert first.expiration - utcnow() == pytest.approx(DURATION, abs=datetime.timedelta(minutes=1))
    assert first.made + DURATION == first.expiration
    assert sessions.credentials_of(role, "i-1", REGION) == first
    assert changes == ["saved"]
    # Neither another server process nor another object knows more than the saved state.
    assert RoleSessions(contextlib.nullcontext).credentials_of(role, "i-1", REGION) == first
    late = utcnow() + datetime.timedelta(hours=5, minutes=1)
    monkeypatch.setattr(role_sessions, "utcnow", lambda: late)
    second = sessions.credentials_of(role, "i-1", REGION)
    assert second.access_key_id != first.access_key_id
    # Programs still use the first one until it ends.
    assert key_of_session(first.access_key_id).credentials.secret_key == first.secret_access_key
    assert changes == ["saved", "saved"]


def test_the_keys_are_of_the_role_s_account_and_of_the_session(sessions, role, account):
    made = sessions.credentials_of(role, "i-1", REGION)
    caller = sts_backends[account]["aws"].get_caller_identity(made.access_key_id, REGION)
    assert caller[1:] == (f"arn:aws:sts::{account}:assumed-role/reader/i-1", account)
    assert made.access_key_id in iam_backends[account]["aws"].access_keys
    assert sessions.credentials_of(role, "i-2", REGION).access_key_id != made.access_key_id


def test_fails_for_a_role_that_does_not_exist(sessions, changes, role):
    assert sessions.credentials_of(role.replace("reader", "writer"), "i-1", REGION) is None
    assert changes == []
