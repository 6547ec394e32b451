"""Sessions that STS gives out besides assumed roles: moto answers with an example that opens nothing."""

import datetime
from dataclasses import dataclass

from moto.core.utils import utcnow
from moto.iam.models import AccessKey
from moto.sts.models import STSBackend
from moto.sts.utils import random_session_token

from local_aws.core.operations import store_of


@dataclass(frozen=True)
class Session:
    """Credentials for a time, under the names that moto's assumed roles have."""

    access_key_id: str
    secret_access_key: str
    session_token: str
    expiration: datetime.datetime


def sessions_of(backend: STSBackend) -> dict[str, Session]:
    """The sessions that an account gave out, by access key."""
    return store_of(backend).setdefault("sessions", {})


def new_session(backend: STSBackend, duration_sec: int) -> Session:
    """Makes a session and keeps it; forgets those that have ended."""
    key = AccessKey(user_name=None, prefix="ASIA", account_id=backend.account_id)
    ends = utcnow() + datetime.timedelta(seconds=duration_sec)
    session = Session(key.access_key_id, key.secret_access_key, random_session_token(), ends)
    sessions = sessions_of(backend)
    for ended in [name for name, each in sessions.items() if each.expiration < utcnow()]:
        del sessions[ended]
    sessions[session.access_key_id] = session
    return session
