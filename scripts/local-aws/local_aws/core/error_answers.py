"""AWS errors, in the form of each protocol."""

import json
from xml.sax.saxutils import escape

from .calls import ApiCall

Answer = tuple[str, list[tuple[str, str]], bytes]


def error_answer(call: ApiCall, code: str, message: str, status: str = "400 Bad Request") -> Answer:
    """Returns status line, headers and body. Clients retry a 500 for minutes, and a 400 never."""
    if call.protocol in ("json", "rest-json"):
        body = json.dumps({"__type": code, "message": message})
        return status, [("Content-Type", "application/x-amz-json-1.1"), ("x-amzn-ErrorType", code)], body.encode()
    error = f"<Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
    sender = f"<Error><Type>Sender</Type>{error}</Error>"
    body = {
        "ec2": f"<Response><Errors><Error>{error}</Error></Errors><RequestID>local</RequestID></Response>",
        "query": f"<ErrorResponse>{sender}<RequestId>local</RequestId></ErrorResponse>",
        "rest-xml": f"<Error>{error}<RequestId>local</RequestId></Error>",
    }[call.protocol]
    return status, [("Content-Type", "text/xml")], f'<?xml version="1.0" encoding="UTF-8"?>{body}'.encode()
