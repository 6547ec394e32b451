"""What a target gets: the event, a part of it (InputPath), a text of its own (Input), or a filled template."""

import json
import re
from typing import Any

Event = dict[str, Any]
_STEP = re.compile(r"\.([A-Za-z0-9_-]+)|\[(\d+)\]|\[\*\]|\['([^']+)'\]")
_PLACE = re.compile(r"<([A-Za-z0-9_.-]+)>")


class InvalidInput(Exception):
    """An input that cannot be made. The text says why."""


def check(target: dict[str, Any]) -> None:
    """Raises InvalidInput when a path of a target is none."""
    transformer = target.get("InputTransformer") or {}
    for path in [target.get("InputPath"), *(transformer.get("InputPathsMap") or {}).values()]:
        if path:
            _steps(path)
    if sum(bool(target.get(name)) for name in ("Input", "InputPath", "InputTransformer")) > 1:
        raise InvalidInput("Only one of Input, InputPath, or InputTransformer must be provided")


def input_of(target: dict[str, Any], event: Event, rule_arn: str, ingested: str) -> str:
    """Returns the text that a target gets of an event."""
    if target.get("Input"):
        return target["Input"]
    if target.get("InputPath"):
        return _dump(_at(event, target["InputPath"]))
    transformer = target.get("InputTransformer")
    if not transformer:
        return _dump(event)
    values = {name: _at(event, path) for name, path in (transformer.get("InputPathsMap") or {}).items()}
    values |= {
        "aws.events.rule-arn": rule_arn,
        "aws.events.rule-name": rule_arn.rpartition("/")[2],
        "aws.events.event.ingestion-time": ingested,
        "aws.events.event.json": event,
        "aws.events.event": {name: value for name, value in event.items() if name != "detail"},
    }
    return _fill(transformer["InputTemplate"], values)


def _fill(template: str, values: dict[str, Any]) -> str:
    """Puts values into a template: JSON outside of a text in it, and plain text inside."""
    filled, last, inside = [], 0, False
    for place in _PLACE.finditer(template):
        between = template[last : place.start()]
        inside ^= len(re.findall(r'(?<!\\)"', between)) % 2 == 1
        filled.append(between)
        last = place.end()
        # What is not in the event leaves nothing, as on AWS.
        value = values.get(place[1])
        if place[1] not in values and not place[1].startswith("aws."):
            filled.append(place[0])
        elif value is not None:
            filled.append(_inside_text(value) if inside else _dump(value))
    return "".join([*filled, template[last:]])


def _inside_text(value: Any) -> str:
    return json.dumps(value if isinstance(value, str) else _dump(value), ensure_ascii=False)[1:-1]


def _at(event: Event, path: str) -> Any:
    found: list[Any] = [event]
    many = False
    for name, index, quoted in _steps(path):
        if name or quoted:
            found = [each[name or quoted] for each in found if isinstance(each, dict) and (name or quoted) in each]
        elif index:
            found = [each[int(index)] for each in found if isinstance(each, list) and int(index) < len(each)]
        else:
            many = True
            found = [item for each in found if isinstance(each, list) for item in each]
    return found if many else (found[0] if found else None)


def _steps(path: str) -> list[tuple[str, str, str]]:
    rest = path[1:]
    if not path.startswith("$") or _STEP.sub("", rest):
        raise InvalidInput(f"expected a path such as $.detail.group or $.resources[0], got {path}")
    return [(step[1] or "", step[2] or "", step[3] or "") for step in _STEP.finditer(rest)]


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
