"""Alarms: what they keep, and what of them would have no effect here.

moto takes a new alarm for OK, and forgets the state of one that is changed.
"""

from typing import Any

from moto.cloudwatch.models import Alarm, CloudWatchBackend, cloudwatch_backends
from moto.cloudwatch.responses import CloudWatchResponse

from local_aws.core.ignored_parameters import ParameterIgnored
from local_aws.core.operations import ApiError, Call, correction, operation

from . import states
from .points import KEPT_SEC, STATISTICS
from .reasons import WORDS
from .verdicts import INSUFFICIENT

_KEPT = ("state_value", "state_reason", "state_reason_data", "state_updated_timestamp", "history")
_REFUSED = ("Metrics", "ThresholdMetricId", "ExtendedStatistic", "EvaluateLowSampleCountPercentile", "AlarmRule")
_ACTIONS = ("AlarmActions", "OKActions", "InsufficientDataActions")


def install() -> None:
    """Puts the corrections in place."""
    correction(CloudWatchResponse, "put_metric_alarm")(require_metric_alarm)
    correction(CloudWatchBackend, "put_metric_alarm")(keep_state)
    correction(CloudWatchBackend, "set_alarm_state")(set_state)
    correction(CloudWatchBackend, "delete_alarms")(delete_with_tags)
    operation(CloudWatchResponse, "DescribeAlarms", cloudwatch_backends)(describe_alarms)


def require_metric_alarm(original: Any, response: CloudWatchResponse) -> Any:
    """Refuses what is not evaluated here, by its name."""
    refused = [name for name in _REFUSED if response._get_param(name)]
    for name in _ACTIONS:
        refused += [f"{name} {each}" for each in response._get_param(name) or [] if ":sns:" not in each]
    if response._get_param("ComparisonOperator") not in WORDS:
        refused.append(f"ComparisonOperator {response._get_param('ComparisonOperator')}")
    if refused:
        raise ParameterIgnored(refused)
    if response._get_param("Statistic") not in STATISTICS or not response._get_param("Period"):
        raise ApiError("ValidationError", "Metric alarm must have MetricName, Namespace, Statistic and Period")
    periods, period = int(response._get_param("EvaluationPeriods")), int(response._get_param("Period"))
    if periods * period > KEPT_SEC:
        raise ParameterIgnored([f"EvaluationPeriods {periods} of Period {period}"])
    return original(response)


def keep_state(original: Any, backend: CloudWatchBackend, name: str, **settings: Any) -> Alarm:
    """Makes an alarm that knows nothing yet, or changes one that keeps its state."""
    old = backend.alarms.get(name)
    alarm = original(backend, name=name, **settings)
    if old is None:
        alarm.state_value = INSUFFICIENT
        states.note(alarm, "ConfigurationUpdate", f'Alarm "{name}" created', {"version": "1.0", "type": "Create"})
        return alarm
    for attribute in _KEPT:
        setattr(alarm, attribute, getattr(old, attribute))
    states.note(alarm, "ConfigurationUpdate", f'Alarm "{name}" updated', {"version": "1.0", "type": "Update"})
    return alarm


def set_state(
    original: Any, backend: CloudWatchBackend, alarm_name: str, reason: str, reason_data: str, state_value: str
) -> None:
    """Sets a state until the next evaluation, with its actions."""
    alarm = backend.alarms.get(alarm_name)
    before = {each: getattr(alarm, each) for each in _KEPT} if alarm else {}
    original(backend, alarm_name, reason, reason_data, state_value)
    if alarm is None:
        return
    vars(alarm).update(before)
    states.change(backend, alarm, state_value, reason, reason_data or "{}")


def delete_with_tags(original: Any, backend: CloudWatchBackend, alarm_names: list[str]) -> None:
    """Deletes alarms. One of the same name that is made later has no tags of an earlier one."""
    for name in alarm_names:
        if name in backend.alarms:
            backend.tagger.delete_all_tags_for_resource(backend.alarms[name].alarm_arn)
    original(backend, alarm_names)


def describe_alarms(call: Call) -> dict[str, Any]:
    """Returns the alarms that everything in the request is true of. There are no composite ones."""
    asked = call.parameters
    names, types = asked.get("AlarmNames"), asked.get("AlarmTypes") or ["MetricAlarm"]
    found = [
        alarm
        for alarm in call.backend.alarms.values()
        if "MetricAlarm" in types
        and (not names or alarm.name in names)
        and alarm.name.startswith(asked.get("AlarmNamePrefix") or "")
        and asked.get("StateValue") in (None, alarm.state_value)
        and _has_action(alarm, asked.get("ActionPrefix"))
    ]
    return {"MetricAlarms": found, "CompositeAlarms": []}


def _has_action(alarm: Alarm, prefix: str | None) -> bool:
    actions = [*alarm.alarm_actions, *alarm.ok_actions, *alarm.insufficient_data_actions]
    return not prefix or any(action.startswith(prefix) for action in actions)
