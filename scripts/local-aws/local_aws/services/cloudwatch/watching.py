"""Alarms are evaluated each second, so that one changes its state as soon as its points say so.

AWS evaluates once in each period, or once a minute.
"""

import time
from dataclasses import dataclass

from moto.cloudwatch.models import Alarm, CloudWatchBackend, cloudwatch_backends

from local_aws.core.background import background
from local_aws.core.watches import watch

from . import reasons, states
from .points import statistics_of
from .verdicts import EXTRA_PERIODS, Criteria, Verdict, judge, may_judge_early

INTERVAL_SEC = 1.0


@dataclass(frozen=True)
class Change:
    """An alarm, and the state that its points say."""

    backend: CloudWatchBackend
    alarm: Alarm
    verdict: Verdict
    points: list[reasons.Point]


def install() -> None:
    """Begins to evaluate when the local AWS begins."""
    watch("alarms", INTERVAL_SEC, look)


def look() -> None:
    """Changes the state of every alarm whose points say another one."""
    with background.reading():
        due = bool(_changes())
    if not due:
        return
    with background.change():
        for each in _changes():
            why = reasons.reason(each.alarm, each.verdict, each.points, each.alarm.state_value)
            data = reasons.reason_data(each.alarm, each.points, time.time())
            states.change(each.backend, each.alarm, each.verdict.state, why, data)


def _changes() -> list[Change]:
    backends = [backend for regions in list(cloudwatch_backends.values()) for backend in list(regions.values())]
    alarms = [(backend, alarm) for backend in backends for alarm in list(backend.alarms.values())]
    found = [_evaluate(backend, alarm, time.time()) for backend, alarm in alarms if alarm.comparison_operator]
    return [each for each in found if each.verdict.state != each.alarm.state_value]


def _evaluate(backend: CloudWatchBackend, alarm: Alarm, now: float) -> Change:
    period = int(alarm.period)
    periods = int(alarm.evaluation_periods)
    newest = int(now) // period * period
    oldest = newest - (periods + EXTRA_PERIODS) * period
    dimensions = [{"Name": each.name, "Value": each.value} for each in alarm.dimensions]
    found = statistics_of(
        backend, alarm.namespace, alarm.metric_name, dimensions, alarm.unit, period, oldest, newest + period
    )
    if newest not in found or not may_judge_early(alarm.statistic, alarm.comparison_operator):
        newest -= period
    begins = range(newest - (periods + EXTRA_PERIODS - 1) * period, newest + 1, period)
    values = [found[begin].value(alarm.statistic) if begin in found else None for begin in begins]
    criteria = Criteria(
        periods,
        int(alarm.datapoints_to_alarm or periods),
        reasons.treatment(alarm),
        reasons.breaches(alarm.comparison_operator, float(alarm.threshold)),
    )
    verdict = judge(criteria, values, alarm.state_value)
    points = [(begins[position], values[position] or 0.0) for position in verdict.seen]
    return Change(backend, alarm, verdict, points)
