"""PutMetricData and ListMetrics."""

import datetime
import time
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.cloudwatch.responses import CloudWatchResponse

from local_aws.core.operations import ApiError, Call, operation

from .points import KEPT_SEC, MINUTE_SEC, Statistics, add, series_of

_FUTURE_SEC = 2 * 3600


def install() -> None:
    """Replaces moto's calls."""
    operation(CloudWatchResponse, "PutMetricData", cloudwatch_backends)(put_metric_data)
    operation(CloudWatchResponse, "ListMetrics", cloudwatch_backends)(list_metrics)


def put_metric_data(call: Call) -> None:
    """Keeps the values of metrics."""
    namespace, data = call.parameters["Namespace"], call.parameters.get("MetricData") or []
    if namespace.startswith("AWS/"):
        raise ApiError("InvalidParameterValue", f"The value {namespace} for parameter Namespace is invalid.")
    for number, datum in enumerate(data, 1):
        call.backend._validate_parameters_put_metric_data(datum, number)
        _moment(datum, number)
    for number, datum in enumerate(data, 1):
        add(
            call.backend, namespace, datum["MetricName"], datum.get("Dimensions") or [], datum.get("Unit"),
            _moment(datum, number), _statistics(datum),
            resolution=1 if datum.get("StorageResolution") == 1 else MINUTE_SEC,
        )  # fmt: skip


def list_metrics(call: Call) -> dict[str, Any]:
    """Returns the metrics that have values, by namespace, name and dimensions."""
    asked = call.parameters
    since = time.time() - 3 * 3600 if asked.get("RecentlyActive") else 0
    found: dict[str, Any] = {}
    for series in series_of(call.backend):
        newest = max((int(each) for kind in ("Points", "Fine") for each in series[kind]), default=0)
        if (
            newest
            and newest >= since
            and asked.get("Namespace") in (None, series["Namespace"])
            and asked.get("MetricName") in (None, series["MetricName"])
            and all(_has(series["Dimensions"], each) for each in asked.get("Dimensions") or [])
        ):
            told = {name: series[name] for name in ("Namespace", "MetricName", "Dimensions")}
            found[str(told)] = told
    return {"Metrics": list(found.values())}


def _has(dimensions: list[dict[str, str]], wanted: dict[str, str]) -> bool:
    return any(each["Name"] == wanted["Name"] and wanted.get("Value") in (None, each["Value"]) for each in dimensions)


def _moment(datum: dict[str, Any], number: int) -> float:
    now = time.time()
    given = datum.get("Timestamp")
    moment = given.timestamp() if isinstance(given, datetime.datetime) else now
    # AWS takes what is two weeks old. Nothing here would look at it.
    if not now - KEPT_SEC <= moment <= now + _FUTURE_SEC:
        raise ApiError(
            "InvalidParameterValue",
            f"The parameter MetricData.member.{number}.Timestamp must specify a time within the past day "
            "(two weeks on AWS) and no more than two hours in the future.",
        )
    return moment


def _statistics(datum: dict[str, Any]) -> Statistics:
    given = datum.get("StatisticValues")
    if given:
        return Statistics(*(float(given[name]) for name in ("SampleCount", "Sum", "Minimum", "Maximum")))
    values = [float(each) for each in datum.get("Values") or [datum.get("Value", 0)]]
    counts = [float(each) for each in datum.get("Counts") or [1] * len(values)]
    total = sum(value * count for value, count in zip(values, counts, strict=True))
    return Statistics(sum(counts), total, min(values), max(values))
