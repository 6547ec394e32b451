"""Refusals in AWS's own words: code and status depend on the protocol of the call."""

from ..calls import ApiCall
from ..error_answers import Answer, error_answer
from .problems import Problem, Refused

_FORBIDDEN, _UNAUTHORIZED, _BAD = "403 Forbidden", "401 Unauthorized", "400 Bad Request"

# Code and status by protocol.
_QUERY = {
    Problem.NOT_SIGNED: ("MissingAuthenticationToken", _FORBIDDEN),
    Problem.MALFORMED: ("IncompleteSignature", _BAD),
    Problem.UNKNOWN_KEY: ("InvalidClientTokenId", _FORBIDDEN),
    Problem.WRONG_TOKEN: ("InvalidClientTokenId", _FORBIDDEN),
    Problem.EXPIRED_TOKEN: ("ExpiredToken", _FORBIDDEN),
    Problem.WRONG_SIGNATURE: ("SignatureDoesNotMatch", _FORBIDDEN),
    Problem.WRONG_BODY: ("SignatureDoesNotMatch", _FORBIDDEN),
    Problem.WRONG_DATE: ("SignatureDoesNotMatch", _FORBIDDEN),
    Problem.EXPIRED_URL: ("SignatureDoesNotMatch", _FORBIDDEN),
    Problem.WEB_PAGE: ("AccessDenied", _FORBIDDEN),
}
_EC2 = _QUERY | {
    Problem.UNKNOWN_KEY: ("AuthFailure", _UNAUTHORIZED),
    Problem.WRONG_TOKEN: ("AuthFailure", _UNAUTHORIZED),
    Problem.EXPIRED_TOKEN: ("RequestExpired", _BAD),
    Problem.WRONG_SIGNATURE: ("AuthFailure", _UNAUTHORIZED),
    Problem.WRONG_BODY: ("AuthFailure", _UNAUTHORIZED),
    Problem.WRONG_DATE: ("RequestExpired", _BAD),
    Problem.EXPIRED_URL: ("RequestExpired", _BAD),
    Problem.WEB_PAGE: ("UnauthorizedOperation", _FORBIDDEN),
}
_JSON = {
    Problem.NOT_SIGNED: ("MissingAuthenticationTokenException", _BAD),
    Problem.MALFORMED: ("IncompleteSignatureException", _BAD),
    Problem.UNKNOWN_KEY: ("UnrecognizedClientException", _BAD),
    Problem.WRONG_TOKEN: ("UnrecognizedClientException", _BAD),
    Problem.EXPIRED_TOKEN: ("ExpiredTokenException", _BAD),
    Problem.WRONG_SIGNATURE: ("InvalidSignatureException", _BAD),
    Problem.WRONG_BODY: ("InvalidSignatureException", _BAD),
    Problem.WRONG_DATE: ("InvalidSignatureException", _BAD),
    Problem.EXPIRED_URL: ("InvalidSignatureException", _BAD),
    Problem.WEB_PAGE: ("AccessDeniedException", _BAD),
}
_REST_JSON = {problem: (code, _FORBIDDEN) for problem, (code, _) in _JSON.items()}
_S3 = {
    Problem.NOT_SIGNED: ("AccessDenied", _FORBIDDEN),
    Problem.MALFORMED: ("AuthorizationHeaderMalformed", _BAD),
    Problem.UNKNOWN_KEY: ("InvalidAccessKeyId", _FORBIDDEN),
    Problem.WRONG_TOKEN: ("InvalidToken", _BAD),
    Problem.EXPIRED_TOKEN: ("ExpiredToken", _BAD),
    Problem.WRONG_SIGNATURE: ("SignatureDoesNotMatch", _FORBIDDEN),
    Problem.WRONG_BODY: ("XAmzContentSHA256Mismatch", _BAD),
    Problem.WRONG_DATE: ("RequestTimeTooSkewed", _FORBIDDEN),
    Problem.EXPIRED_URL: ("AccessDenied", _FORBIDDEN),
    Problem.WEB_PAGE: ("AccessDenied", _FORBIDDEN),
}
_BY_PROTOCOL = {"query": _QUERY, "ec2": _EC2, "json": _JSON, "rest-json": _REST_JSON, "rest-xml": _S3}
# For a caller without a key, or with a wrong one.
_HINT = "the key of this local AWS is in the file credentials of its folder"
_HINTED = frozenset({Problem.NOT_SIGNED, Problem.UNKNOWN_KEY, Problem.WRONG_SIGNATURE})


def refusal(call: ApiCall, refused: Refused) -> Answer:
    """Returns the answer to a refused request."""
    code, status = _BY_PROTOCOL[call.protocol][refused.problem]
    message = f"{refused.message}: {_HINT}" if refused.problem in _HINTED else refused.message
    return error_answer(call, code, message, status)
