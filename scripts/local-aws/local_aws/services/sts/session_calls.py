"""STS: sessions whose keys sign. moto's are an example that is the same everywhere."""

from typing import Any

from moto.core.responses import ActionResult
from moto.sts.responses import TokenResponse

from local_aws.core.operations import correction

from .sessions import new_session


def give_out_a_session(original: Any, response: TokenResponse) -> ActionResult:
    """Answers as moto does, with credentials of a session of its own."""
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


for _name in ("get_session_token", "get_federation_token"):
    correction(TokenResponse, _name)(give_out_a_session)
