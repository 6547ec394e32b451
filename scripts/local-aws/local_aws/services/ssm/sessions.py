"""Session Manager: StartSession, TerminateSession and DescribeSessions, for forwarded ports alone.

What follows after StartSession is a stand-in: see `session_door`.
"""

import secrets
from typing import Any

from moto.ssm.models import ssm_backends
from moto.ssm.responses import SimpleSystemManagerResponse

from local_aws.core.operations import ApiError, Call, new_id, now, operation
from local_aws.core.stores import store_of

from . import nodes
from .session_door import Door, Forwarding

TO_MACHINE = "AWS-StartPortForwardingSession"
TO_REMOTE_HOST = "AWS-StartPortForwardingSessionToRemoteHost"
CONNECTED, TERMINATED = "Connected", "Terminated"
_PARAMETERS = {TO_MACHINE: {"portNumber", "localPortNumber"}, TO_REMOTE_HOST: {"portNumber", "localPortNumber", "host"}}
_FILTERS = ("Target", "Owner", "Status", "SessionId")

_door: Door | None = None


def install() -> None:
    """Adds the calls."""
    operation(SimpleSystemManagerResponse, "StartSession", ssm_backends)(start_session)
    operation(SimpleSystemManagerResponse, "TerminateSession", ssm_backends)(terminate_session)
    operation(SimpleSystemManagerResponse, "DescribeSessions", ssm_backends)(describe_sessions)


def attach(door: Door) -> None:
    """Lets sessions reach machines. None is left of an earlier server: its door is closed."""
    global _door
    _door = door
    for regions in list(ssm_backends.values()):
        for backend in list(regions.values()):
            for session in sessions_of(backend).values():
                _end(backend, session)


def start_session(call: Call) -> dict[str, Any]:
    """Begins to forward a port of a machine, or of a host that the machine reaches. Shells are refused by name."""
    target, document = call.parameters["Target"], call.parameters.get("DocumentName")
    if document not in _PARAMETERS:
        what = f"document {document}" if document else "an interactive shell"
        raise ApiError("NotImplementedByLocalAws", f"ssm:StartSession with {what}")
    given = call.parameters.get("Parameters") or {}
    unknown = sorted(set(given) - _PARAMETERS[document])
    if unknown:
        raise ApiError("InvalidParameters", f"{document} has no parameter {', '.join(unknown)}")
    if _door is None or not nodes.is_online(call.backend, target):
        # AWS's own words.
        raise ApiError("TargetNotConnected", f"{target} is not connected.")
    host = given.get("host", ["127.0.0.1"])[0]
    if document == TO_REMOTE_HOST and "host" not in given:
        raise ApiError("InvalidParameters", f"{document} needs the parameter host")
    session_id = new_id("local-", 17)
    session = {
        "SessionId": session_id,
        "Target": target,
        "Status": CONNECTED,
        "StartDate": now(),
        "DocumentName": document,
        "Owner": f"arn:aws:iam::{call.account}:root",
        "Reason": call.parameters.get("Reason") or "",
    }
    call.store.setdefault("sessions", {})[session_id] = session
    token = secrets.token_urlsafe(32)
    forwarding = Forwarding(session_id, target, host, _port(given.get("portNumber", ["80"])[0]))
    url = _door.admit(token, forwarding, lambda: _end(call.backend, session))
    return {"SessionId": session_id, "TokenValue": token, "StreamUrl": url}


def terminate_session(call: Call) -> dict[str, Any]:
    """Ends a session with its connections."""
    session = sessions_of(call.backend).get(call.parameters["SessionId"])
    if session is None:
        raise ApiError("DoesNotExistException", f"the session {call.parameters['SessionId']} does not exist")
    _end(call.backend, session)
    if _door:
        _door.dismiss(session["SessionId"])
    return {"SessionId": session["SessionId"]}


def describe_sessions(call: Call) -> dict[str, Any]:
    """Returns the sessions that are `Active`, or those of the `History`."""
    status = CONNECTED if call.parameters["State"] == "Active" else TERMINATED
    filters = {each["key"]: each["value"] for each in call.parameters.get("Filters") or []}
    unknown = sorted(set(filters) - set(_FILTERS))
    if unknown:
        raise ApiError("NotImplementedByLocalAws", f"ssm:DescribeSessions with filter {', '.join(unknown)}")
    found = [each for each in sessions_of(call.backend).values() if each["Status"] == status]
    return {"Sessions": [each for each in found if all(each[key] == value for key, value in filters.items())]}


def sessions_of(backend: Any) -> dict[str, Any]:
    """Returns all sessions of a backend, by id."""
    return nodes.kept(backend, "sessions")


def _end(backend: Any, session: dict[str, Any]) -> None:
    if session["Status"] == CONNECTED:
        store_of(backend)
        session.update(Status=TERMINATED, EndDate=now())


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise ApiError("InvalidParameters", f"expected a portNumber from 1 to 65535, got {text!r}")
    return int(text)
