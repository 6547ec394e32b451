"""The sessions that STS gave out, apart from assumed roles, which moto keeps itself."""

import datetime
from dataclasses import dataclass

from moto.core.utils import utcnow
from moto.iam.models import AccessKey
from moto.sts.models import STSBackend
from moto.sts.utils import random_session_token

from local_aws.core.operations import store_of


@dataclass(frozen=True)
class Session:
    """Credentials that expire. The names are those of moto's assumed roles. `expiration` is in UTC, without a zone."""

    access_key_id: str
    secret_access_key: str
    session_token: str
    expiration: datetime.datetime


def sessions_of(backend: STSBackend) -> dict[str, Session]:
    """Returns the sessions that an account gave out, by access key."""
    return store_of(backend).setdefault("sessions", {})


def new_session(backend: STSBackend, duration_sec: int) -> Session:
    """Makes a session, keeps it, and forgets those that have expired."""
    key = AccessKey(user_name=None, prefix="ASIA", account_id=backend.account_id)
    ends = utcnow() + datetime.timedelta(seconds=duration_sec)
    session = Session(key.access_key_id, key.secret_access_key, random_session_token(), ends)
    sessions = sessions_of(backend)
    for ended in [name for name, each in sessions.items() if each.expiration < utcnow()]:
        del sessions[ended]
    sessions[session.access_key_id] = session
    return session
