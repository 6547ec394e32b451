"""Why an alarm has its state, in AWS's own words, and as the data that AWS adds."""

import datetime
import json
from typing import Any

from .verdicts import ALARM, BREACHING, INSUFFICIENT, Verdict

WORDS = {
    "GreaterThanThreshold": "greater than",
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "LessThanThreshold": "less than",
    "LessThanOrEqualToThreshold": "less than or equal to",
}
# The begin of a period, and its value.
Point = tuple[int, float]


def reason(alarm: Any, verdict: Verdict, points: list[Point], old: str) -> str:
    """Returns the sentence of a verdict. `points` are those that made it, the oldest first."""
    if verdict.state == INSUFFICIENT:
        return f"Insufficient Data: {_count(verdict.filled, 'datapoint')} {_were(verdict.filled)} unknown."
    parts = []
    if points:
        told = ", ".join(f"{value} ({_short(begin)})" for begin, value in points)
        need = alarm.datapoints_to_alarm or alarm.evaluation_periods
        least = need if verdict.state == ALARM else alarm.evaluation_periods - need + 1
        negation = "" if verdict.state == ALARM else "not "
        holding = sum(_breaches(alarm, value) is (verdict.state == ALARM) for _, value in points)
        parts.append(
            f"{holding} out of the last {_count(len(points), 'datapoint')} [{told}] {_were(holding)} {negation}"
            f"{WORDS[alarm.comparison_operator]} the threshold ({float(alarm.threshold)}) "
            f"(minimum {_count(least, 'datapoint')} for {old} -> {verdict.state} transition)"
        )
    else:
        parts.append(f"no datapoints were received for {_count(verdict.filled, 'period')}")
    if verdict.filled and treatment(alarm) in ("breaching", "notBreaching"):
        name = "Breaching" if treatment(alarm) == BREACHING else "NonBreaching"
        missing = _count(verdict.filled, "missing datapoint")
        parts.append(f"{missing} {_were(verdict.filled)} treated as [{name}]")
    return f"Threshold Crossed: {' and '.join(parts)}."


def reason_data(alarm: Any, points: list[Point], now: float) -> str:
    """Returns the data of a verdict, as JSON."""
    told: dict[str, Any] = {
        "version": "1.0",
        "queryDate": stamp(now),
        "statistic": alarm.statistic,
        "period": alarm.period,
        "recentDatapoints": [value for _, value in points],
        "threshold": float(alarm.threshold),
        "evaluatedDatapoints": [{"timestamp": stamp(begin), "value": value} for begin, value in reversed(points)],
    }
    if points:
        told["startDate"] = stamp(points[0][0])
    return json.dumps(told)


def treatment(alarm: Any) -> str:
    """Returns how an alarm treats missing points."""
    return alarm.treat_missing_data or "missing"


def stamp(moment: float) -> str:
    """Returns a time as alarms write it."""
    told = datetime.datetime.fromtimestamp(moment, datetime.UTC)
    return f"{told.strftime('%Y-%m-%dT%H:%M:%S')}.{told.microsecond // 1000:03d}+0000"


def _breaches(alarm: Any, value: float) -> bool:
    return breaches(alarm.comparison_operator, float(alarm.threshold))(value)


def breaches(comparison: str, threshold: float) -> Any:
    """Returns whether a value breaches a threshold, as a function of the value."""
    return {
        "GreaterThanThreshold": lambda value: value > threshold,
        "GreaterThanOrEqualToThreshold": lambda value: value >= threshold,
        "LessThanThreshold": lambda value: value < threshold,
        "LessThanOrEqualToThreshold": lambda value: value <= threshold,
    }[comparison]


def _short(begin: int) -> str:
    return datetime.datetime.fromtimestamp(begin, datetime.UTC).strftime("%d/%m/%y %H:%M:%S")


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _were(number: int) -> str:
    return "was" if number == 1 else "were"
