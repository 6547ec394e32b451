"""The keys that open the local AWS: its own, and those that it gave out."""

import datetime
import hmac

from botocore.credentials import Credentials
from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from local_aws.services.sts.sessions import sessions_of

from .problems import Problem, Refused


class KeyStore:
    """Finds the secret of a key: keys of IAM users and of sessions in what moto keeps."""

    def __init__(self, own: Credentials) -> None:
        self._own = own

    def credentials_of(self, key: str, token: str | None) -> Credentials:
        """The credentials of an access key and its session token, if it has one.

        Raises Refused where there is no such key, or it opens nothing.
        """
        credentials = self._own if key == self._own.access_key else _user_key(key)
        if credentials is not None:
            if token is not None:
                raise Refused(Problem.WRONG_TOKEN, "this key has no session token, and the request has one")
            return credentials
        credentials = _session(key, token)
        if credentials is not None:
            return credentials
        raise Refused(Problem.UNKNOWN_KEY, f"the local AWS gave out no access key {key[:40]}")


def _user_key(name: str) -> Credentials | None:
    for partitions in list(iam_backends.values()):
        for backend in list(partitions.values()):
            key = backend.access_keys.get(name)
            # A key without a user is a session's. moto forgets a user and keeps the keys.
            if key is not None and key.user_name in backend.users and key.status == "Active":
                return Credentials(key.access_key_id, key.secret_access_key)
    return None


def _session(key: str, token: str | None) -> Credentials | None:
    for partitions in list(sts_backends.values()):
        for backend in list(partitions.values()):
            session = backend.get_assumed_role_from_access_key(key) or sessions_of(backend).get(key)
            if session is None:
                continue
            if not hmac.compare_digest((token or "").encode(), session.session_token.encode()):
                raise Refused(Problem.WRONG_TOKEN, "the session token is not the one of this key")
            # moto's times are in UTC, and do not say so.
            if session.expiration.replace(tzinfo=datetime.UTC) < datetime.datetime.now(datetime.UTC):
                raise Refused(Problem.EXPIRED_TOKEN, f"the session ended at {session.expiration:%Y-%m-%dT%H:%M:%SZ}")
            return Credentials(session.access_key_id, session.secret_access_key, session.session_token)
    return None
