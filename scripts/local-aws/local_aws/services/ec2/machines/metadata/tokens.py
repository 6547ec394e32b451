"""The session tokens of IMDSv2. A token says until when it is valid, and holds for one instance."""

import base64
import hmac
import secrets
import struct
import time

LONGEST_SEC = 21_600
_TIME = struct.Struct("!Q")


class Tokens:
    """Makes and checks tokens, and keeps none: a machine may ask for any number. They end with the process."""

    def __init__(self) -> None:
        self._secret = secrets.token_bytes(32)

    def make(self, instance_id: str, ttl_sec: int) -> str:
        """Returns a token that the instance may use for `ttl_sec`."""
        ends = _TIME.pack(int(time.time()) + ttl_sec)
        return base64.urlsafe_b64encode(ends + self._proof(instance_id, ends)).decode()

    def seconds_left(self, token: str, instance_id: str) -> int | None:
        """Returns how long a token is valid. None: it is over, or not a token of this instance."""
        try:
            content = base64.urlsafe_b64decode(token)
        except ValueError:
            return None
        ends, proof = content[: _TIME.size], content[_TIME.size :]
        if len(ends) < _TIME.size or not hmac.compare_digest(proof, self._proof(instance_id, ends)):
            return None
        left = _TIME.unpack(ends)[0] - int(time.time())
        return left if left > 0 else None

    def _proof(self, instance_id: str, ends: bytes) -> bytes:
        return hmac.digest(self._secret, ends + instance_id.encode(), "sha256")
