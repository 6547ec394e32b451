"""GetSessionToken and GetFederationToken. moto answers with the same example every time, and it opens nothing."""

from typing import Any

from moto.core.responses import ActionResult
from moto.sts.responses import TokenResponse

from local_aws.core.operations import correction

from .sessions import new_session


def install() -> None:
    """Makes both calls return a session of their own."""
    for name in ("get_session_token", "get_federation_token"):
        correction(TokenResponse, name)(return_new_session)


def return_new_session(original: Any, response: TokenResponse) -> ActionResult:
    """Puts a new session's credentials into moto's answer."""
    answer = original(response)
    example = answer.result["Credentials"]
    session = new_session(response.backend, response._get_int_param("DurationSeconds", 43_200))
    example.update(
        AccessKeyId=session.access_key_id,
        SecretAccessKey=session.secret_access_key,
        SessionToken=session.session_token,
        Expiration=session.expiration,
    )
    return answer
