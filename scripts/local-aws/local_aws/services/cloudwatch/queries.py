"""GetMetricStatistics and GetMetricData. Percentiles, expressions and other accounts are refused by name."""

import datetime
from typing import Any

from moto.cloudwatch.models import cloudwatch_backends
from moto.cloudwatch.responses import CloudWatchResponse

from local_aws.core.ignored_parameters import ParameterIgnored, may_be_ignored
from local_aws.core.operations import ApiError, Call, operation

from .points import STATISTICS, Statistics, statistics_of, unit_of


def install() -> None:
    """Replaces moto's calls."""
    operation(CloudWatchResponse, "GetMetricStatistics", cloudwatch_backends)(get_metric_statistics)
    operation(CloudWatchResponse, "GetMetricData", cloudwatch_backends)(get_metric_data)
    # They are about how a graph is drawn and paged.
    may_be_ignored("cloudwatch", "GetMetricData", "LabelOptions", "MaxDatapoints")


def get_metric_statistics(call: Call) -> dict[str, Any]:
    """Returns the statistics of one metric for each period that has values."""
    asked = call.parameters
    found = _found(call, asked, int(asked["Period"]), asked.get("Unit"))
    names = asked.get("Statistics") or []
    if not names:
        raise ApiError("InvalidParameterCombination", "Must specify either Statistics or ExtendedStatistics")
    unit = unit_of(call.backend, asked["Namespace"], asked["MetricName"], asked.get("Dimensions") or [])
    points = [
        {"Timestamp": _time(begin), "Unit": asked.get("Unit") or unit, **{each: of.value(each) for each in names}}
        for begin, of in found.items()
    ]
    return {"Label": asked["MetricName"], "Datapoints": points}


def get_metric_data(call: Call) -> dict[str, Any]:
    """Returns the values of several metrics, the newest first unless asked otherwise."""
    oldest_first = call.parameters.get("ScanBy") == "TimestampAscending"
    results = []
    for query in call.parameters["MetricDataQueries"]:
        _refuse_what_is_missing(query)
        stat = query["MetricStat"]
        found = _found(call, stat["Metric"], int(stat["Period"]), stat.get("Unit"))
        if query.get("ReturnData", True):
            points = sorted(found.items(), reverse=not oldest_first)
            results.append(
                {
                    "Id": query["Id"],
                    "Label": query.get("Label") or stat["Metric"]["MetricName"],
                    "Timestamps": [_time(begin) for begin, _ in points],
                    "Values": [of.value(stat["Stat"]) for _, of in points],
                    "StatusCode": "Complete",
                }
            )
    return {"MetricDataResults": results, "Messages": []}


def _found(call: Call, metric: dict[str, Any], period: int, unit: str | None) -> dict[int, Statistics]:
    start, end = call.parameters["StartTime"].timestamp(), call.parameters["EndTime"].timestamp()
    if start >= end:
        raise ApiError("InvalidParameterValue", "The parameter StartTime must be less than the parameter EndTime.")
    # A period counts as a whole when the time that is asked for begins within it.
    return statistics_of(
        call.backend, metric["Namespace"], metric["MetricName"], metric.get("Dimensions") or [], unit, period,
        start // period * period, end,
    )  # fmt: skip


def _refuse_what_is_missing(query: dict[str, Any]) -> None:
    for name in ("Expression", "AccountId"):
        if query.get(name):
            raise ParameterIgnored([f"MetricDataQueries.{name}"])
    if not query.get("MetricStat"):
        raise ApiError("ValidationError", "The parameter MetricDataQueries.member.1.MetricStat is required.")
    if query["MetricStat"]["Stat"] not in STATISTICS:
        raise ParameterIgnored([f"MetricDataQueries.MetricStat.Stat {query['MetricStat']['Stat']}"])


def _time(begin: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(begin, datetime.UTC)
