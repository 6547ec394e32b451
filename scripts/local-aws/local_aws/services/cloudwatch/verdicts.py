"""What an alarm makes of the points that it sees: pure rules, as AWS documents them.

Source: "Configuring how CloudWatch alarms treat missing data" (read 2026-11). Its tables are the tests of this file.
"""

from collections.abc import Callable
from dataclasses import dataclass

OK, ALARM, INSUFFICIENT = "OK", "ALARM", "INSUFFICIENT_DATA"
MISSING, IGNORE, BREACHING, NOT_BREACHING = "missing", "ignore", "breaching", "notBreaching"
# AWS looks at some periods more than the alarm asks for, since points may be late or missing.
EXTRA_PERIODS = 2


@dataclass(frozen=True)
class Criteria:
    """`to_alarm` of the last `periods` points must breach. `missing` says what a missing point counts as."""

    periods: int
    to_alarm: int
    missing: str
    breaches: Callable[[float], bool]


@dataclass(frozen=True)
class Verdict:
    """The state of an alarm, the positions of the points that made it, and how many were missing."""

    state: str
    seen: list[int]
    filled: int


def judge(criteria: Criteria, values: list[float | None], state: str) -> Verdict:
    """Returns the verdict on values, the oldest first. `state` is the state until now. None is a missing point."""
    seen = [position for position, value in enumerate(values) if value is not None][-criteria.periods :]
    filled = criteria.periods - len(seen)
    return Verdict(_state(criteria, values, seen, filled, state), seen, filled)


def may_judge_early(statistic: str, comparison: str) -> bool:
    """Says whether a period counts before it is over. A sum that still grows is not yet too small."""
    return statistic not in ("Sum", "SampleCount") or comparison.startswith("Greater")


def _state(criteria: Criteria, values: list[float | None], seen: list[int], filled: int, state: str) -> str:
    breaching = [position for position in seen if criteria.breaches(values[position] or 0.0)]
    if criteria.missing == BREACHING and filled:
        return ALARM if len(breaching) + filled >= criteria.to_alarm else OK
    if len(breaching) >= criteria.to_alarm:
        return ALARM
    if not filled or criteria.missing == NOT_BREACHING or len(breaching) < len(seen):
        return OK
    # All points that are there breach, and there are too few of them.
    if criteria.missing == MISSING and not seen:
        return INSUFFICIENT
    if criteria.missing == MISSING and len(values) - breaching[0] >= criteria.to_alarm:
        return ALARM
    return state
