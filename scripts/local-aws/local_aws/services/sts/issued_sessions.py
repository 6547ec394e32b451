"""The sessions that STS gave out, and the roles that it let somebody assume: their keys open the local AWS."""

import datetime

from botocore.credentials import Credentials
from moto.sts.models import sts_backends

from local_aws.core.access.key_store import IssuedKey, add_issuer

from .sessions import session_of


def install() -> None:
    """Makes the keys of sessions sign."""
    add_issuer(key_of_session)


def key_of_session(name: str) -> IssuedKey | None:
    """Returns the key with this id."""
    for partitions in list(sts_backends.values()):
        for backend in list(partitions.values()):
            session = backend.get_assumed_role_from_access_key(name) or session_of(backend, name)
            if session is not None:
                credentials = Credentials(session.access_key_id, session.secret_access_key, session.session_token)
                ends = session.expiration
                # moto's times are in UTC, and do not say so.
                return IssuedKey(credentials, ends if ends.tzinfo else ends.replace(tzinfo=datetime.UTC))
    return None
