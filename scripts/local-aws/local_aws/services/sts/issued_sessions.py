"""The sessions that STS gave out, and the roles that it let somebody assume: their keys open the local AWS."""

import datetime

from botocore.credentials import Credentials
from moto.sts.models import sts_backends

from local_aws.core.access.key_store import IssuedKey, add_issuer
from local_aws.core.saving import former_name

from .sessions import Session, sessions_of


def install() -> None:
    """Makes the keys of sessions sign."""
    add_issuer(key_of_session)
    former_name("local_aws.sessions", "Session", Session)


def key_of_session(name: str) -> IssuedKey | None:
    """Returns the key with this id."""
    for partitions in list(sts_backends.values()):
        for backend in list(partitions.values()):
            session = backend.get_assumed_role_from_access_key(name) or sessions_of(backend).get(name)
            if session is not None:
                credentials = Credentials(session.access_key_id, session.secret_access_key, session.session_token)
                # moto's times are in UTC, and do not say so.
                return IssuedKey(credentials, session.expiration.replace(tzinfo=datetime.UTC))
    return None
