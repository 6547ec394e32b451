"""The sessions that STS gave out, apart from assumed roles, which moto keeps itself."""

import datetime
from dataclasses import asdict, dataclass
from typing import Any

from moto.iam.models import AccessKey
from moto.sts.models import STSBackend
from moto.sts.utils import random_session_token

from local_aws.core.operations import now
from local_aws.core.stores import store_of


@dataclass(frozen=True)
class Session:
    """Credentials that expire. The names are those of moto's assumed roles."""

    access_key_id: str
    secret_access_key: str
    session_token: str
    expiration: datetime.datetime


def session_of(backend: STSBackend, access_key_id: str) -> Session | None:
    """Returns the session of a key that an account gave out."""
    kept = _sessions(backend).get(access_key_id)
    return Session(**kept) if kept else None


def new_session(backend: STSBackend, duration_sec: int) -> Session:
    """Makes a session, keeps it, and forgets those that have expired."""
    key = AccessKey(user_name=None, prefix="ASIA", account_id=backend.account_id)
    ends = now() + datetime.timedelta(seconds=duration_sec)
    session = Session(key.access_key_id, key.secret_access_key, random_session_token(), ends)
    sessions = _sessions(backend)
    for ended in [name for name, each in sessions.items() if each["expiration"] < now()]:
        del sessions[ended]
    sessions[session.access_key_id] = asdict(session)
    return session


def _sessions(backend: STSBackend) -> dict[str, dict[str, Any]]:
    return store_of(backend).setdefault("sessions", {})
