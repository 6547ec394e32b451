"""The credentials of a role that AWS itself hands to a machine or a container: a session, renewed before it ends."""

import datetime
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass

from moto.core.utils import utcnow
from moto.iam.models import iam_backends
from moto.sts.models import AssumedRole, STSBackend, sts_backends
from moto.utilities.utils import get_partition

from local_aws.core.background import background
from local_aws.core.stores import store_of

# AWS's duration for machines and containers.
DURATION = datetime.timedelta(hours=6)
# AWS's SDKs ask again some minutes before the end. From then on they get a new session.
RENEWED_BEFORE_END = datetime.timedelta(hours=1)


@dataclass(frozen=True)
class RoleCredentials:
    """The keys of a session. Times are in UTC, without a zone."""

    role_arn: str
    access_key_id: str
    secret_access_key: str
    session_token: str
    made: datetime.datetime
    expiration: datetime.datetime


class RoleSessions:
    """Gives the same session for a role and a session name until it is renewed, also after a restart.

    `change` is a context in which the state may change. The state is saved when the context ends.
    """

    def __init__(self, change: Callable[[], AbstractContextManager[None]]) -> None:
        self._change = change

    def credentials_of(self, role_arn: str, session_name: str, region: str) -> RoleCredentials | None:
        """Returns credentials of a role. None: the role does not exist. Raises Ending when the local AWS ends."""
        account = role_arn.split(":")[4]
        backend: STSBackend = sts_backends[account][get_partition(region)]
        if not any(role.arn == role_arn for role in iam_backends[account][backend.partition].get_roles()):
            return None
        session = _current(backend, role_arn, session_name)
        if session is None:
            with self._change():
                # Another request may have made it while this one waited.
                session = _current(backend, role_arn, session_name) or _renew(backend, role_arn, session_name, region)
            # A program keeps its credentials for hours: no end of this process may make them unknown.
            background.wait_until_saved()
        return RoleCredentials(
            role_arn,
            session.access_key_id,
            session.secret_access_key,
            session.session_token,
            made=session.expiration - DURATION,
            expiration=session.expiration,
        )


def _current(backend: STSBackend, role_arn: str, session_name: str) -> AssumedRole | None:
    key = _keys(backend).get(f"{role_arn} {session_name}")
    session = backend.get_assumed_role_from_access_key(key) if key else None
    return session if session and session.expiration - utcnow() > RENEWED_BEFORE_END else None


def _renew(backend: STSBackend, role_arn: str, session_name: str, region: str) -> AssumedRole:
    # The former session stays until it ends: programs on the machine still use it.
    backend.assumed_roles = [each for each in backend.assumed_roles if each.expiration > utcnow()]
    session = backend.assume_role(
        region_name=region,
        role_session_name=session_name,
        role_arn=role_arn,
        policy="",
        duration=int(DURATION.total_seconds()),
        external_id="",
    )
    _keys(backend)[f"{role_arn} {session_name}"] = session.access_key_id
    return session


def _keys(backend: STSBackend) -> dict[str, str]:
    return store_of(backend).setdefault("role_sessions", {})
