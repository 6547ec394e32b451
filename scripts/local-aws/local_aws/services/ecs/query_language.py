"""ECS's cluster query language, as far as placement constraints use it: which container instances an expression means.

Source: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html (read 2026-11). Pure.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

Instance = Mapping[str, Any]
Test = Callable[[Instance], bool]

_TOKEN = re.compile(r"\s*(\(|\)|\[|\]|,|&&|\|\||[!=]=|=~|!~|>=|<=|>|<|!(?!=|~)|\"[^\"]*\"|'[^']*'|[^\s()\[\],!=<>&|]+)")
_WORDS = {
    "equals": "==", "not_equals": "!=", "matches": "=~", "not_matches": "!~", "and": "&&", "or": "||", "not": "!",
    "greater_than": ">", "greater_than_equal": ">=", "less_than": "<", "less_than_equal": "<=", "not_exists": "!exists",
    "not_in": "!in",
}  # fmt: skip
_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "==": lambda have, want: have == want,
    "!=": lambda have, want: have != want,
    "=~": lambda have, want: re.fullmatch(want, have) is not None,
    "!~": lambda have, want: re.fullmatch(want, have) is None,
    ">": lambda have, want: float(have) > float(want),
    ">=": lambda have, want: float(have) >= float(want),
    "<": lambda have, want: float(have) < float(want),
    "<=": lambda have, want: float(have) <= float(want),
}
_FIELDS = ("ec2InstanceId", "agentConnected", "runningTasksCount", "pendingTasksCount")


class NoQuery(ValueError):
    """An expression that is none of the cluster query language, or that asks for what is not there."""


def parse(expression: str) -> Test:
    """Returns the test of a container instance that an expression means. Raises NoQuery."""
    parser = _Parser(expression)
    test = parser.either()
    parser.end()
    return test


class _Parser:
    def __init__(self, expression: str) -> None:
        self._expression = expression
        self._tokens = _tokens(expression)

    def either(self) -> Test:
        found = self._both()
        while self._takes("||"):
            found = _any_of(found, self._both())
        return found

    def end(self) -> None:
        if self._tokens:
            raise self._problem(f"'{self._tokens[0]}' is one word too many")

    def _both(self) -> Test:
        found = self._single()
        while self._takes("&&"):
            found = _all_of(found, self._single())
        return found

    def _single(self) -> Test:
        if self._takes("!"):
            inner = self._single()
            return lambda instance: not inner(instance)
        if self._takes("("):
            found = self.either()
            self._require(")")
            return found
        return self._comparison()

    def _comparison(self) -> Test:
        subject = self._next()
        if subject not in _FIELDS and not subject.startswith("attribute:"):
            raise self._problem(f"'{subject}' is no subject here: attribute:<name>, {', '.join(_FIELDS)} are")
        operator = self._operator()
        if operator in ("exists", "!exists"):
            return lambda instance: (_value(instance, subject) is not None) is (operator == "exists")
        if operator in ("in", "!in"):
            wanted = self._list()
            return lambda instance: (_value(instance, subject) in wanted) is (operator == "in")
        if operator not in _COMPARISONS:
            raise self._problem(f"'{operator}' is no operator")
        argument, compare = _text(self._next()), _COMPARISONS[operator]
        return lambda instance: _compares(compare, _value(instance, subject), argument)

    def _operator(self) -> str:
        operator = self._next()
        return f"!{self._next()}" if operator == "!" else operator

    def _list(self) -> list[str]:
        self._require("[")
        found = [_text(self._next())]
        while self._takes(","):
            found.append(_text(self._next()))
        self._require("]")
        return found

    def _next(self) -> str:
        if not self._tokens:
            raise self._problem("it ends too early")
        return self._tokens.pop(0)

    def _takes(self, token: str) -> bool:
        takes = bool(self._tokens) and self._tokens[0] == token
        if takes:
            self._tokens.pop(0)
        return takes

    def _require(self, token: str) -> None:
        found = self._next()
        if found != token:
            raise self._problem(f"expected '{token}', got '{found}'")

    def _problem(self, why: str) -> NoQuery:
        return NoQuery(f"Invalid expression '{self._expression}': {why}")


def _tokens(expression: str) -> list[str]:
    found, position = [], 0
    while expression[position:].strip():
        match = _TOKEN.match(expression, position)
        if match is None:
            raise NoQuery(f"Invalid expression '{expression}': nothing begins with '{expression[position:].strip()}'")
        found.append(_WORDS.get(match[1].lower(), match[1]))
        position = match.end()
    return found


def _value(instance: Instance, subject: str) -> str | None:
    if subject.startswith("attribute:"):
        name = subject.removeprefix("attribute:")
        return next((each.get("value", "") for each in instance["attributes"] if each["name"] == name), None)
    value = instance[subject]
    return str(value).lower() if isinstance(value, bool) else str(value)


def _compares(compare: Callable[[str, str], bool], have: str | None, want: str) -> bool:
    try:
        # What is not there differs from everything.
        return compare(have if have is not None else "", want)
    except (ValueError, re.error):
        return False


def _text(token: str) -> str:
    return token[1:-1] if token[:1] in "\"'" and token[-1:] == token[:1] else token


def _any_of(first: Test, second: Test) -> Test:
    return lambda instance: first(instance) or second(instance)


def _all_of(first: Test, second: Test) -> Test:
    return lambda instance: first(instance) and second(instance)
