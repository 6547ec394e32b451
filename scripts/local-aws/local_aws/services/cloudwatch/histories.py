"""DescribeAlarmHistory, which moto lacks. A history goes with its alarm."""

from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.cloudwatch.responses import CloudWatchResponse

from local_aws.core.operations import Call, operation


def install() -> None:
    """Adds the call."""
    operation(CloudWatchResponse, "DescribeAlarmHistory", cloudwatch_backends)(describe_alarm_history)


def describe_alarm_history(call: Call) -> dict[str, Any]:
    """Returns what happened to alarms, the newest first unless asked otherwise."""
    asked = call.parameters
    name, kind = asked.get("AlarmName"), asked.get("HistoryItemType")
    start, end = asked.get("StartDate"), asked.get("EndDate")
    items = [
        item
        for alarm in call.backend.alarms.values()
        for item in alarm.history
        if name in (None, alarm.name)
        and "MetricAlarm" in (asked.get("AlarmTypes") or ["MetricAlarm"])
        and kind in (None, item["HistoryItemType"])
        and (start is None or item["Timestamp"] >= start)
        and (end is None or item["Timestamp"] <= end)
    ]
    oldest_first = asked.get("ScanBy") == "TimestampAscending"
    items.sort(key=lambda item: item["Timestamp"], reverse=not oldest_first)
    return {"AlarmHistoryItems": items[: asked.get("MaxRecords") or None]}
