"""Adds a call to moto, corrects a method of moto, or adds a service that moto lacks.

moto finds the handler of a call on the response class of the service, by the name of the call in snake case. A new
method there is a new call. Handlers keep their data on moto's backends. Accounts, regions, saving and
`POST /moto-api/reset` then work for that data too.
"""

import contextlib
import datetime
import functools
import json
import re
import sys
import types
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import moto.backend_index
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import camelcase_to_underscores

from .stores import store_of


class ApiError(ServiceException):
    """An error answer: AWS's code and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)


@dataclass
class Call:
    """The argument of a handler: parameters in AWS's own casing, the backend, and our `store` on the backend.

    `host` is the header Host: the address by which the caller reached this local AWS. Empty: no request made the call.
    """

    parameters: dict[str, Any]
    backend: Any
    store: dict[str, Any]
    region: str
    account: str
    host: str = ""


Handler = Callable[[Call], dict[str, Any] | None]
# What a method that was added or corrected calls. `ignored_parameters` reads their sources.
CALLED_BY: dict[Callable[..., Any], list[Callable[..., Any]]] = {}
_corrected: set[tuple[type, str]] = set()
_on_top = False


def operation(response_class: type[BaseResponse], name: str, backends: BackendDict) -> Callable[[Handler], Handler]:
    """Adds or replaces the call `name`. Its handler returns AWS's answer as a dictionary.

    botocore's description of the service turns the dictionary into the protocol.
    """

    def add(handler: Handler) -> Handler:
        def method(response: BaseResponse) -> ActionResult:
            backend = backends[response.current_account][response.region]
            account, host = response.current_account, response.headers.get("Host", "")
            call = Call(_parameters(response), backend, store_of(backend), response.region, account, host)
            return ActionResult(handler(call) or {})

        CALLED_BY[method] = [handler]
        setattr(response_class, camelcase_to_underscores(name), method)
        return handler

    return add


def correction(owner: type, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Replaces the method `name` of a class of moto by `function(original, self, ...)`.

    Fails at once when moto has no such method: a correction must not stop working without a word.
    Fails for a method that is corrected already: with two corrections, the order of files would decide.
    """
    original = getattr(owner, name)
    method = next(each for each in owner.__mro__ if name in vars(each)), name
    if method in _corrected and not _on_top:
        raise ValueError(f"{owner.__name__}.{name} is corrected twice: put both corrections into one file")
    _corrected.add(method)

    def replace(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def corrected(self: Any, *args: Any, **keywords: Any) -> Any:
            return function(original, self, *args, **keywords)

        CALLED_BY[corrected] = [function, original]
        setattr(owner, name, corrected)
        return function

    return replace


@contextlib.contextmanager
def corrections_on_top() -> Iterator[None]:
    """Within it, a corrected method may be corrected once more: the later correction calls the earlier one."""
    global _on_top
    _on_top = True
    try:
        yield
    finally:
        _on_top = False


def add_service(name: str, url: str, paths: list[str]) -> tuple[type[BaseResponse], BackendDict]:
    """Adds a service that moto lacks. `name` is botocore's, `url` is a pattern, `paths` are moto's path patterns.

    moto finds a service by its modules. This makes them.
    """

    class Backend(BaseBackend):
        """Holds the store."""

    class Response(BaseResponse):
        """Holds the handlers that `operation` adds."""

        def __init__(self) -> None:
            super().__init__(service_name=name)
            self.automated_parameter_parsing = True

    package, models, urls = (types.ModuleType(f"moto.{name}{part}") for part in ("", ".models", ".urls"))
    Backend.__module__ = models.__name__
    backends = BackendDict(Backend, name)
    package.__path__ = []
    for module in (package, models):
        setattr(module, f"{name}_backends", backends)
    urls.url_bases = [url]
    urls.url_paths = dict.fromkeys(paths, Response.dispatch)
    sys.modules.update({module.__name__: module for module in (package, models, urls)})
    moto.backend_index.backend_url_patterns.append((name, re.compile(url)))
    return Response, backends


def new_id(prefix: str, digits: int = 17) -> str:
    """Returns a new resource id, such as `policy-0123456789abcdef0`."""
    return prefix + uuid.uuid4().hex[:digits]


def now() -> datetime.datetime:
    """Returns the time in UTC, in whole seconds as AWS has it."""
    return datetime.datetime.now(datetime.UTC).replace(microsecond=0)


def _parameters(response: BaseResponse) -> dict[str, Any]:
    if response.automated_parameter_parsing:
        parsed = response.params
        return _with_zones(parsed.original_dict() if hasattr(parsed, "original_dict") else dict(parsed))
    values: dict[str, Any] = {key: value[0] for key, value in response.querystring.items()}
    if response.body:
        with contextlib.suppress(ValueError):
            values = json.loads(response.body)
    values.update({key: unquote(value) for key, value in response.uri_match.items()})
    return values


def _with_zones(value: Any) -> Any:
    # moto's times are in UTC and do not say so. A store takes no such time.
    if isinstance(value, datetime.datetime):
        return value if value.tzinfo else value.replace(tzinfo=datetime.UTC)
    if isinstance(value, dict):
        return {key: _with_zones(each) for key, each in value.items()}
    return [_with_zones(each) for each in value] if isinstance(value, list) else value
