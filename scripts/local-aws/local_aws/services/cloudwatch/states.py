"""The state of an alarm changes: its history has it, its topics are told, and so is EventBridge."""

import datetime
import json
from typing import Any

from botocore.session import get_session
from moto.cloudwatch.models import Alarm, CloudWatchBackend
from moto.core.utils import utcnow

from local_aws.core.log import log
from local_aws.core.resource_policies import NotAllowed, Sender
from local_aws.services.events.events import publish as publish_event
from local_aws.services.sns.deliveries import publish as publish_to_topic

from .reasons import stamp, treatment
from .verdicts import ALARM, OK

_MOST_ITEMS = 200
_regions: dict[str, str] = {}


def change(backend: CloudWatchBackend, alarm: Alarm, value: str, reason: str, reason_data: str) -> None:
    """Gives an alarm another state. Whoever calls it may change the state of the local AWS."""
    before = {"value": alarm.state_value, "reason": alarm.state_reason, "timestamp": _stamp_of(alarm)}
    alarm.state_value, alarm.state_reason, alarm.state_reason_data = value, reason, reason_data
    if value == before["value"]:
        return
    alarm.state_updated_timestamp = utcnow()
    after = {"value": value, "reason": reason, "reasonData": reason_data, "timestamp": _stamp_of(alarm)}
    data = {"stateValue": value, "stateReason": reason, "stateReasonData": json.loads(reason_data or "{}")}
    note(
        alarm,
        "StateUpdate",
        f"Alarm updated from {before['value']} to {value}",
        {"version": "1.0", "oldState": {"stateValue": before["value"]}, "newState": data},
    )
    if alarm.actions_enabled:
        _act(backend, alarm, before["value"])
    publish_event(
        backend.account_id, backend.region_name, "aws.cloudwatch", "CloudWatch Alarm State Change", [alarm.alarm_arn],
        {"alarmName": alarm.name, "state": after, "previousState": before, "configuration": _configuration(alarm)},
    )  # fmt: skip


def note(alarm: Alarm, kind: str, summary: str, data: dict[str, Any]) -> None:
    """Adds an item to the history of an alarm: a StateUpdate, an Action or a ConfigurationUpdate."""
    moment = datetime.datetime.now(datetime.UTC)
    item = {
        "AlarmName": alarm.name, "AlarmType": "MetricAlarm", "Timestamp": moment, "HistoryItemType": kind,
        "HistorySummary": summary, "HistoryData": json.dumps(data),
    }  # fmt: skip
    alarm.history = [item, *alarm.history][:_MOST_ITEMS]


def actions_of(alarm: Alarm, value: str) -> list[str]:
    """Returns the actions of an alarm for a state."""
    return {OK: alarm.ok_actions, ALARM: alarm.alarm_actions}.get(value, alarm.insufficient_data_actions)


def _act(backend: CloudWatchBackend, alarm: Alarm, old: str) -> None:
    region = _name_of_region(backend.region_name)
    subject = f'{alarm.state_value}: "{alarm.name}" in {region}'
    message = json.dumps(_message(backend, alarm, old, region))
    sender = Sender("cloudwatch.amazonaws.com", alarm.alarm_arn, backend.account_id)
    for action in actions_of(alarm, alarm.state_value):
        try:
            publish_to_topic(action, sender, message, subject)
            state, told = "Succeeded", f"Successfully executed action {action}"
        except NotAllowed as problem:
            state, told = "Failed", f"Failed to execute action {action}. Received error: {problem}"
            log(f"cloudwatch: a notification of {alarm.name} is lost: {problem}")
        note(alarm, "Action", told, {"actionState": state, "notificationResource": action, "publishedMessage": message})


def _message(backend: CloudWatchBackend, alarm: Alarm, old: str, region: str) -> dict[str, Any]:
    return {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": backend.account_id,
        "AlarmConfigurationUpdatedTimestamp": _zoned(alarm.configuration_updated_timestamp),
        "NewStateValue": alarm.state_value,
        "NewStateReason": alarm.state_reason,
        "StateChangeTime": _stamp_of(alarm),
        "Region": region,
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": old,
        "OKActions": alarm.ok_actions,
        "AlarmActions": alarm.alarm_actions,
        "InsufficientDataActions": alarm.insufficient_data_actions,
        "Trigger": {
            "MetricName": alarm.metric_name,
            "Namespace": alarm.namespace,
            "StatisticType": "Statistic",
            "Statistic": (alarm.statistic or "").upper(),
            "Unit": alarm.unit,
            "Dimensions": [{"value": each.value, "name": each.name} for each in alarm.dimensions],
            "Period": alarm.period,
            "EvaluationPeriods": alarm.evaluation_periods,
            "DatapointsToAlarm": alarm.datapoints_to_alarm or alarm.evaluation_periods,
            "ComparisonOperator": alarm.comparison_operator,
            "Threshold": alarm.threshold,
            "TreatMissingData": treatment(alarm),
            "EvaluateLowSampleCountPercentile": "",
        },
    }


def _configuration(alarm: Alarm) -> dict[str, Any]:
    metric = {
        "namespace": alarm.namespace,
        "name": alarm.metric_name,
        "dimensions": {each.name: each.value for each in alarm.dimensions},
    }
    stat = {"metric": metric, "period": alarm.period, "stat": alarm.statistic}
    return {"description": alarm.description, "metrics": [{"id": "m1", "metricStat": stat, "returnData": True}]}


def _stamp_of(alarm: Alarm) -> str:
    return _zoned(alarm.state_updated_timestamp)


def _zoned(moment: datetime.datetime) -> str:
    return stamp(moment.replace(tzinfo=datetime.UTC).timestamp())


def _name_of_region(region: str) -> str:
    """Returns the name of a region as alarms write it: EU (Ireland)."""
    if not _regions:
        for partition in get_session().get_data("endpoints")["partitions"]:
            _regions.update({name: each["description"] for name, each in partition["regions"].items()})
    return _regions.get(region, region).replace("Europe", "EU")
