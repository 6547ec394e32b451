"""The WSGI application. It makes one change at a time, saves it before it answers, and reports failures at once."""

import json
import re
import threading
import time
import traceback
from collections.abc import Callable, Iterable
from typing import Any, Protocol
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from .access.gate import AWS_HOSTS, LOOPBACK_HOSTS, Gate, refuse_web_pages
from .access.problems import Refused
from .access.refusals import refusal
from .background import Ending
from .bucket_paths import put_bucket_into_path
from .calls import ApiCall, full_name, identify
from .dispatcher import RESET_PATH, Dispatcher, is_page_of_moto
from .error_answers import Answer, error_answer
from .ignored_parameters import ParameterIgnored
from .log import log
from .streams import stream_for
from .transport import collect

HEALTH_PATH = "/_local-aws/health"
# The service that a request for health is signed for.
HEALTH_SERVICE = "local-aws"
READ_ATTEMPTS = 20
LOGGED_REFUSALS = 100
# moto's message when it knows the call and lacks a filter of it.
MISSING_FILTER = re.compile(r"The filter '([^']+)'")


class State(Protocol):
    """The saved state, as the application needs it."""

    @property
    def problem(self) -> str | None:
        """Why the last save failed. None: it did not."""

    @property
    def is_stale(self) -> bool:
        """Says whether a call that only reads made something since the last save."""

    def changed(self, *, everything: bool = False) -> None:
        """Saves what is saved at once, and notes that the rest changed. `everything`: in every service."""

    def save(self) -> None:
        """Writes everything to the disk."""


class Application:
    """Answers AWS calls with moto and the services' corrections, and `GET /_local-aws/health`.

    - It saves what services store before it answers a call that changes something. The rest is saved a moment later.
    - While the state cannot be saved, it changes nothing.
    - Until `ready` is set, it answers 503 with the text of `doing`. AWS clients then try again.
    - It refuses what `gate` refuses, and what a web page may have sent. A stream checks by itself who asks.
    - Of moto's own pages, it has one: `POST /moto-api/reset` empties everything. A machine gets none.
    - Code that changes the state without a call holds `changing` meanwhile, too.
    - `describe` adds to the health answer.
    """

    def __init__(
        self, state: State, changing: threading.Lock, describe: Callable[[], dict[str, Any]], gate: Gate
    ) -> None:
        self.ready = False
        self.doing = "starting"
        self._changing = changing
        self._state = state
        self._describe = describe
        self._gate = gate
        self._missing: dict[str, None] = {}
        self._refusals = 0
        self._moto = Dispatcher()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one request of this computer (WSGI)."""
        return self._respond(environ, start_response, from_machine=False)

    def for_machines(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one request of a machine (WSGI). A machine calls AWS by AWS's own names, and gets no health."""
        return self._respond(environ, start_response, from_machine=True)

    def _respond(
        self, environ: WSGIEnvironment, start_response: StartResponse, *, from_machine: bool
    ) -> Iterable[bytes]:
        stream = stream_for(environ)
        if stream:
            return self._stream(stream, environ, start_response, from_machine=from_machine)
        status, headers, body = self._answer(environ, from_machine=from_machine)
        start_response(status, headers)
        return [body]

    def _stream(
        self, stream: WSGIApplication, environ: WSGIEnvironment, start_response: StartResponse, *, from_machine: bool
    ) -> Iterable[bytes]:
        """Lets a stream answer. It checks by itself who asks."""
        status, problem = "503 Service Unavailable", f"the local AWS is {self.doing}"
        try:
            refuse_web_pages(environ, AWS_HOSTS if from_machine else LOOPBACK_HOSTS)
            if self.ready:
                return stream(environ, start_response)
        except Refused as refused:
            status, problem = "403 Forbidden", refused.message
        except Exception as error:
            traceback.print_exc()
            status, problem = "500 Internal Server Error", f"it failed inside the local AWS: {error}"
        start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
        return [f"{problem}\n".encode()]

    def _answer(self, environ: WSGIEnvironment, *, from_machine: bool) -> Answer:
        asks_for_health = not from_machine and environ.get("PATH_INFO") == HEALTH_PATH
        # Read once: a request that comes before it is ready is neither checked nor answered.
        ready = self.ready
        try:
            refuse_web_pages(environ, AWS_HOSTS if from_machine else LOOPBACK_HOSTS)
            # The keys that services gave out are unknown until the state is loaded.
            signature = self._gate.check(environ) if ready or asks_for_health else None
        except Refused as refused:
            return self._refuse_access(environ, refused)
        if asks_for_health and signature is not None and signature.service == HEALTH_SERVICE:
            return self._health(self._gate.proof_for(signature))
        if from_machine:
            put_bucket_into_path(environ)
        call = identify(environ)
        if is_page_of_moto(call) and (from_machine or call.path != RESET_PATH):
            return error_answer(call, "UnknownOperationException", f"AWS has nothing at {call.path}", "404 Not Found")
        if not ready:
            return self._unavailable(call)
        if call.only_reads:
            answer = self._read(call, environ)
            if not self._state.is_stale:
                return answer
            with self._changing:
                return self._saved(call, answer)
        started = time.monotonic()
        if self._state.problem and (problem := self._problem_of_saving()):
            return _not_saved(call, f"nothing was changed, since the state cannot be saved ({problem})")
        with self._changing:
            if not self.ready:  # it began to stop while this call waited
                return self._unavailable(call)
            performed = self._perform(call, environ)
            between = time.monotonic()
            answer = self._saved(call, performed)
        took, saving = (round((time.monotonic() - since) * 1000) for since in (started, between))
        log(f"{full_name(call, environ)} {answer[0][:3]} {took} ms, {saving} of them saving")
        return answer

    def _problem_of_saving(self) -> str | None:
        try:
            self._state.save()
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        return None

    def _refuse_access(self, environ: WSGIEnvironment, refused: Refused) -> Answer:
        self._refusals += 1
        if self._refusals <= LOGGED_REFUSALS:
            log(f"refused: {refused.message}")
        return refusal(identify(environ), refused)

    def _unavailable(self, call: ApiCall) -> Answer:
        return error_answer(call, "ServiceUnavailable", f"the local AWS is {self.doing}", "503 Service Unavailable")

    def _saved(self, call: ApiCall, answer: Answer) -> Answer:
        try:
            self._state.changed(everything=call.service == "moto-api")
        except Exception as error:
            if not isinstance(error, OSError):
                traceback.print_exc()
            problem = f"{type(error).__name__}: {error}"
            return _not_saved(call, f"the call was performed, but the state cannot be saved ({problem})")
        return answer

    def _health(self, proof: str) -> Answer:
        status = "200 OK" if self.ready else "503 Service Unavailable"
        health = {"ready": self.ready, "proof": proof, **self._describe()}
        health["missing"] = list(self._missing)
        if not self.ready:
            health["doing"] = self.doing
        return status, [("Content-Type", "application/json")], json.dumps(health).encode()

    def _read(self, call: ApiCall, environ: WSGIEnvironment) -> Answer:
        # A change may make a dictionary grow while moto iterates over it here. Reading again is safe.
        body = environ["wsgi.input"].getvalue()
        for attempt in range(1, READ_ATTEMPTS + 1):
            try:
                return self._perform(call, environ, retriable=attempt < READ_ATTEMPTS)
            except _ChangedMeanwhile:
                time.sleep(0.005 * attempt)
                environ["wsgi.input"] = type(environ["wsgi.input"])(body)
        raise AssertionError("the last attempt answers")

    def _perform(self, call: ApiCall, environ: WSGIEnvironment, *, retriable: bool = False) -> Answer:
        try:
            answer = collect(self._moto, environ)
        except NotImplementedError as error:
            return self._refuse(call, environ, error)
        except Ending:
            return self._unavailable(call)
        except Exception as error:
            if retriable and isinstance(error, RuntimeError) and "changed size during iteration" in str(error):
                raise _ChangedMeanwhile from error
            traceback.print_exc()
            message = f"{full_name(call, environ)} failed inside the local AWS: {type(error).__name__}: {error}"
            return error_answer(call, "LocalAwsInternalError", message)
        return self._refuse(call, environ) if _knows_no_route(answer) else answer

    def _refuse(self, call: ApiCall, environ: WSGIEnvironment, error: NotImplementedError | None = None) -> Answer:
        detail = full_name(call, environ)
        missing_filter = MISSING_FILTER.match(str(error))
        if missing_filter:
            detail += f" with filter {missing_filter[1]}"
        if isinstance(error, ParameterIgnored):
            detail += f" with {', '.join(error.names)}"
        self._missing[detail] = None
        log(f"not implemented: {detail}")
        return error_answer(call, "NotImplementedByLocalAws", detail)


class _ChangedMeanwhile(Exception):
    """A dictionary grew while a reading call iterated over it."""


def _not_saved(call: ApiCall, message: str) -> Answer:
    return error_answer(call, "LocalAwsStateNotSaved", message)


def _knows_no_route(answer: Answer) -> bool:
    # Flask answers 404 and 405 with a page. AWS's services answer with XML or JSON.
    status, headers, body = answer
    is_page = any(name.lower() == "content-type" and "html" in value for name, value in headers)
    return status[:3] in ("404", "405") and is_page and body.lstrip()[:9].lower() == b"<!doctype"
