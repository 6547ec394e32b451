"""How a supplement adds a call, corrects one of moto's, or adds a service that moto lacks.

moto finds the handler of a call by its name in snake case on the response class of the service, so that adding a
method adds the call. What a supplement keeps lives on moto's backend objects: accounts, regions, saving and
`POST /moto-api/reset` then hold for it too.
"""

import contextlib
import datetime
import functools
import json
import re
import sys
import types
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import moto.backend_index
from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse
from moto.core.utils import camelcase_to_underscores


class ApiError(ServiceException):
    """An error answer: AWS's error code and a sentence."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)


@dataclass
class Call:
    """What a handler gets: parameters in AWS's own casing, the backend, and the supplement's own `store` on it."""

    parameters: dict[str, Any]
    backend: Any
    store: dict[str, Any]
    region: str
    account: str


Handler = Callable[[Call], dict[str, Any] | None]


def operation(response_class: type[BaseResponse], name: str, backends: BackendDict) -> Callable[[Handler], Handler]:
    """Adds (or replaces) the call `name`: the decorated function returns AWS's answer as a dictionary.

    botocore's description of the service turns it into whatever the protocol is.
    """

    def add(handler: Handler) -> Handler:
        def method(response: BaseResponse) -> ActionResult:
            backend = backends[response.current_account][response.region]
            call = Call(_parameters(response), backend, store_of(backend), response.region, response.current_account)
            return ActionResult(handler(call) or {})

        setattr(response_class, camelcase_to_underscores(name), method)
        return handler

    return add


def store_of(backend: BaseBackend) -> dict[str, Any]:
    """The supplements' own state on a backend of moto: plain data by name, saved and reset together with it."""
    return backend.__dict__.setdefault("local_aws", {})


def correction(owner: type, name: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Replaces the method `name` of one of moto's classes by `function(original, self, ...)`.

    Fails at import when moto has no such method any more: a correction must not silently stop correcting.
    """
    original = getattr(owner, name)

    def replace(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def corrected(self: Any, *args: Any, **keywords: Any) -> Any:
            return function(original, self, *args, **keywords)

        setattr(owner, name, corrected)
        return function

    return replace


def add_service(name: str, url: str, paths: list[str]) -> tuple[type[BaseResponse], BackendDict]:
    """Adds a whole service that moto lacks; `name` is botocore's, `url` a pattern, `paths` moto's path patterns.

    moto looks services up by module, so the modules that it would look for are made here.
    """

    class Backend(BaseBackend):
        """Only a place for the supplement's store."""

    class Response(BaseResponse):
        """Only a place for the handlers that `operation` adds."""

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
    """A fresh resource id, such as `policy-0123456789abcdef0`."""
    return prefix + uuid.uuid4().hex[:digits]


def now() -> datetime.datetime:
    """The time now, in UTC, in whole seconds as AWS tells it."""
    return datetime.datetime.now(datetime.UTC).replace(microsecond=0)


def _parameters(response: BaseResponse) -> dict[str, Any]:
    if response.automated_parameter_parsing:
        parsed = response.params
        return parsed.original_dict() if hasattr(parsed, "original_dict") else dict(parsed)
    values: dict[str, Any] = {key: value[0] for key, value in response.querystring.items()}
    if response.body:
        with contextlib.suppress(ValueError):
            values = json.loads(response.body)
    values.update({key: unquote(value) for key, value in response.uri_match.items()})
    return values
