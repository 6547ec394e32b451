"""Refuses a parameter that moto would ignore.

moto answers such a call as if everything was done. What was asked for is then missing, and Terraform's plan drifts, or
its provider crashes. A handler takes a parameter by its name, so a name that its source does not contain is ignored.
"""

import ast
import functools
import inspect
import json
import textwrap
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

from moto.core.responses import BaseResponse
from moto.core.utils import camelcase_to_underscores, get_service_model

from .operations import CALLED_BY, correction

# A handler that hands all of these on may read every parameter.
_WHOLE = frozenset(
    {"params", "parameters", "querystring", "body", "raw_body", "data", "request_params", "_get_params"},
)
# What a handler calls its response or its call.
_OWNERS = frozenset({"self", "response", "call"})
# To ignore one of these changes no answer: every page is whole here, and no call comes twice.
_HARMLESS = {
    name.lower()
    for name in (
        *("MaxResults", "NextToken", "Marker", "MaxItems", "PageSize", "MaxRecords", "Limit", "PaginationToken"),
        *("ClientToken", "ClientRequestToken", "CreationToken", "IncludeManagedResources"),
    )
}
_declared: dict[tuple[str, str], frozenset[str]] = {}


class ParameterIgnored(NotImplementedError):
    """A call has parameters that its handler would ignore."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(", ".join(names))
        self.names = names


def may_be_ignored(service: str, operation: str, *names: str) -> None:
    """Declares parameters of a call that change nothing here. `service` is botocore's name. The caller says why."""
    _declared[service, operation] = _declared.get((service, operation), frozenset()) | frozenset(names)


def install() -> None:
    """Makes every call refuse what its handler ignores. Call it once."""
    correction(BaseResponse, "call_action")(refuse_what_is_ignored)


def refuse_what_is_ignored(original: Any, response: BaseResponse) -> Any:
    """Raises ParameterIgnored when the request has a parameter that its handler does not read."""
    _require_names_are_read(response)
    return original(response)


def _require_names_are_read(response: BaseResponse) -> None:
    operation = response._get_action()
    handler = getattr(type(response), camelcase_to_underscores(operation or ""), None)
    if handler is None:
        return
    read = _names_read(type(response), handler)
    if read is None:
        return
    harmless = _declared.get((response.boto3_service_name, operation), frozenset())
    ignored = [
        name
        for name in _given(response, operation)
        if name.lower() not in read | _HARMLESS and camelcase_to_underscores(name) not in read and name not in harmless
    ]
    if ignored:
        raise ParameterIgnored(ignored)


def _given(response: BaseResponse, operation: str) -> Iterator[str]:
    """Yields the parameters that a request asks something with: false and empty ask for nothing."""
    shape = get_service_model(response.boto3_service_name).operation_model(operation).input_shape
    values = _values(response)
    for name in shape.members if shape else ():
        if _asks(values.get(name)):
            yield name


def _asks(value: Any) -> bool:
    if isinstance(value, dict | list):
        return any(_asks(each) for each in (value.values() if isinstance(value, dict) else value))
    return value not in (None, "", False, "false")


def _values(response: BaseResponse) -> dict[str, Any]:
    if response.automated_parameter_parsing:
        return dict(response.params)
    try:
        body = json.loads(response.body)
    except (TypeError, ValueError):
        body = None
    if isinstance(body, dict):
        return body
    # A list of a query is many parameters: `Tags.member.1.Key`.
    return {name.partition(".")[0]: value[0] for name, value in response.querystring.items()}


@functools.cache
def _names_read(response: type[BaseResponse], handler: Callable[..., Any]) -> frozenset[str] | None:
    """Returns all texts in the source of a handler, in lower case. None: it may read every parameter."""
    names: set[str] = set()
    waiting, seen = [handler], set()
    while waiting:
        function = waiting.pop()
        if function in seen or not isinstance(function, FunctionType):
            continue
        seen.add(function)
        if function in CALLED_BY:
            waiting += CALLED_BY[function]
            continue
        function = inspect.unwrap(function)
        try:
            tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
        except (OSError, SyntaxError, TypeError):
            return None
        names |= {cell.cell_contents.lower() for cell in function.__closure__ or () if _is_text(cell)}
        for found in _texts_and_functions(tree, response, function):
            if found is None:
                return None
            if isinstance(found, str):
                names |= {found.lower(), found.partition(".")[0].lower()}
            else:
                waiting.append(found)
    return frozenset(names)


def _texts_and_functions(tree: ast.AST, response: type, function: FunctionType) -> Iterator[Any]:
    """Yields each text of a function and each function that it calls, and None when it reads all parameters."""
    parents = {child: parent for parent in ast.walk(tree) for child in ast.iter_child_nodes(parent)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.Name):
            # A function of the same module, or a constant that names parameters.
            thing = function.__globals__.get(node.id)
            if isinstance(thing, FunctionType) and _is_near(thing, function):
                yield thing
            elif isinstance(thing, tuple | list | dict | frozenset):
                yield from (each for each in thing if isinstance(each, str))
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in _OWNERS:
            if node.attr in _WHOLE and not _takes_single(tree, parents, node):
                yield None
            member = getattr(response, node.attr, None)
            member = member.fget if isinstance(member, property) else member
            if isinstance(member, FunctionType) and not hasattr(BaseResponse, node.attr):
                yield member


def _takes_single(tree: ast.AST, parents: dict[ast.AST, ast.AST], node: ast.AST) -> bool:
    """Says whether all parameters are there only for single ones to be taken, also through a variable."""
    parent = parents.get(node)
    if isinstance(parent, ast.Call):
        node, parent = parent, parents.get(parent)
    if isinstance(parent, ast.Assign) and all(isinstance(each, ast.Name) for each in parent.targets):
        names = {each.id for each in parent.targets}
        uses = [each for each in ast.walk(tree) if isinstance(each, ast.Name) and each.id in names]
        return all(isinstance(each.ctx, ast.Store) or _takes_one(parents.get(each)) for each in uses)
    return _takes_one(parent)


def _takes_one(parent: ast.AST | None) -> bool:
    if isinstance(parent, ast.Attribute):
        return parent.attr in ("get", "pop")
    return isinstance(parent, ast.Subscript | ast.Compare)


def _is_text(cell: Any) -> bool:
    try:
        return isinstance(cell.cell_contents, str)
    except ValueError:  # it is empty
        return False


def _is_near(called: FunctionType, caller: FunctionType) -> bool:
    # Helpers of a handler stand in its own module, and ours also in others of the package.
    package = __name__.partition(".")[0]
    return called.__module__ == caller.__module__ or called.__module__.startswith(f"{package}.services.")
