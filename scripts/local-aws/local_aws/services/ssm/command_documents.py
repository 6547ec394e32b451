"""Command documents: from their content and parameters to the scripts that run on a machine. Pure.

Steps of the kind `aws:runShellScript` alone can run here. Everything else is refused by its name.
"""

import json
import re
from collections.abc import Mapping
from typing import Any

from local_aws.core.operations import ApiError

Content = Mapping[str, Any]
Step = dict[str, Any]

ACTION = "aws:runShellScript"
TIMEOUT_SEC = 3600
# Source: AWS's document AWS-RunShellScript (read 2026-11). Its one step has the name of its action.
RUN_SHELL_SCRIPT: Content = {
    "schemaVersion": "2.2",
    "parameters": {
        "commands": {"type": "StringList"},
        "workingDirectory": {"type": "String", "default": ""},
        "executionTimeout": {"type": "String", "default": str(TIMEOUT_SEC), "allowedPattern": "[1-9][0-9]{0,5}"},
    },
    "mainSteps": [
        {
            "action": ACTION,
            "name": ACTION,
            "inputs": {
                "runCommand": "{{ commands }}",
                "workingDirectory": "{{ workingDirectory }}",
                "timeoutSeconds": "{{ executionTimeout }}",
            },
        }
    ],
}
AWS_DOCUMENTS = {"AWS-RunShellScript": RUN_SHELL_SCRIPT}

_REFERENCE = re.compile(r"\{\{\s*(\w+)\s*\}\}")
_INPUTS = {"runCommand", "workingDirectory", "timeoutSeconds"}
_STEP = {"action", "name", "inputs", "precondition", "onFailure"}
_ON_LINUX = {"StringEquals": ["platformType", "Linux"]}


def steps_of(name: str, content: Content, given: Mapping[str, list[str]]) -> list[Step]:
    """Returns the steps of a document: `Name`, `Script`, `Folder`, `TimeoutSec`, and `ExitsOnFailure`.

    `given` are parameters as SendCommand has them: lists of text. Raises ApiError with InvalidParameters,
    InvalidDocument, or the name of what is not there.
    """
    if content.get("schemaVersion") != "2.2":
        raise ApiError("InvalidDocument", f"{name}: expected schemaVersion 2.2, got {content.get('schemaVersion')}")
    values = _values(name, content.get("parameters") or {}, given)
    return [_step(name, step, values) for step in content["mainSteps"]]


def _values(name: str, declared: Mapping[str, Any], given: Mapping[str, list[str]]) -> dict[str, Any]:
    unknown = sorted(set(given) - set(declared))
    if unknown:
        raise ApiError("InvalidParameters", f"{name} has no parameter {', '.join(unknown)}")
    return {key: _value(name, key, rules, given.get(key)) for key, rules in declared.items()}


def _value(name: str, key: str, rules: Mapping[str, Any], given: list[str] | None) -> Any:
    if given is None:
        if "default" not in rules:
            raise ApiError("InvalidParameters", f"{name} needs the parameter {key}")
        return rules["default"]
    texts = [given] if isinstance(given, str) else list(given)
    for text in texts:
        if "{{ssm:" in text.replace(" ", ""):
            raise _not_here(name, f"a reference to Parameter Store in {key}")
        _check(name, key, rules, text)
    if rules.get("type") == "StringList":
        return texts
    if len(texts) != 1:
        raise ApiError("InvalidParameters", f"{name}: expected one value for {key}, got {len(texts)}")
    return texts[0]


def _check(name: str, key: str, rules: Mapping[str, Any], text: str) -> None:
    allowed, pattern = rules.get("allowedValues"), rules.get("allowedPattern")
    if allowed and text not in map(str, allowed):
        raise ApiError("InvalidParameters", f"{name}: expected one of {allowed} for {key}, got {text!r}")
    if pattern and not re.fullmatch(pattern, text):
        raise ApiError("InvalidParameters", f"{name}: expected {key} to match {pattern}, got {text!r}")


def _step(name: str, step: Mapping[str, Any], values: Mapping[str, Any]) -> Step:
    if step["action"] != ACTION:
        raise _not_here(name, f"a step {step['action']}")
    inputs = step["inputs"]
    unknown = sorted(set(step) - _STEP) + sorted(set(inputs) - _INPUTS)
    if step.get("precondition", _ON_LINUX) != _ON_LINUX:
        unknown.append("precondition")
    if step.get("onFailure", "exit") != "exit":
        unknown.append(f"onFailure {step['onFailure']}")
    if unknown:
        raise _not_here(name, f"{', '.join(unknown)} in step {step['name']}")
    return {
        "Name": step["name"],
        "Script": "\n".join(_lines(inputs["runCommand"], values)) + "\n",
        "Folder": _filled(str(inputs.get("workingDirectory", "")), values),
        "TimeoutSec": _timeout(name, _filled(str(inputs.get("timeoutSeconds", TIMEOUT_SEC)), values)),
        "ExitsOnFailure": step.get("onFailure") == "exit",
    }


def _lines(given: Any, values: Mapping[str, Any]) -> list[str]:
    lines: list[str] = []
    for line in [given] if isinstance(given, str) else given:
        whole = _REFERENCE.fullmatch(line.strip())
        value = values.get(whole[1]) if whole else None
        # A list that is a whole line is so many lines.
        lines += map(str, value) if isinstance(value, list) else [_filled(line, values)]
    return lines


def _filled(text: str, values: Mapping[str, Any]) -> str:
    def value(reference: re.Match[str]) -> str:
        # AWS leaves what is no parameter as it is.
        found = values.get(reference[1], reference[0])
        if isinstance(found, bool):
            return str(found).lower()
        return json.dumps(found) if isinstance(found, list | dict) else str(found)

    return _REFERENCE.sub(value, text)


def _timeout(name: str, text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 172800:
        raise ApiError("InvalidParameters", f"{name}: expected a time limit from 1 to 172800 seconds, got {text!r}")
    return int(text)


def _not_here(name: str, what: str) -> ApiError:
    return ApiError("NotImplementedByLocalAws", f"ssm: document {name} with {what}")
