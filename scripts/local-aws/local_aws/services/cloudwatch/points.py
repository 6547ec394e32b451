"""The points of metrics, as plain data in the store.

CloudWatch keeps the statistics of a minute, or of a second where the resolution is high, and not each value. moto keeps
each value as an object for ever, and mixes up metrics whose dimensions are alike.
"""

import json
import math
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from moto.core.base_backend import BaseBackend

from local_aws.core.stores import ATTRIBUTE, store_of

# AWS keeps points of a minute for 15 days. Alarms here look back for a day at most.
KEPT_SEC, KEPT_OF_HIGH_RESOLUTION_SEC = 24 * 3600, 3 * 3600
MINUTE_SEC = 60
Dimensions = list[dict[str, str]]
Series = dict[str, Any]
_KIND = "metrics"


@dataclass
class Statistics:
    """What is known of the values of a period."""

    count: float
    sum: float
    minimum: float
    maximum: float

    def add(self, other: "Statistics") -> None:
        """Adds the values of another period."""
        self.count += other.count
        self.sum += other.sum
        self.minimum, self.maximum = min(self.minimum, other.minimum), max(self.maximum, other.maximum)

    def value(self, statistic: str) -> float:
        """Returns a statistic by AWS's name."""
        return {
            "Average": self.sum / self.count if self.count else 0.0,
            "Sum": self.sum,
            "Minimum": self.minimum,
            "Maximum": self.maximum,
            "SampleCount": self.count,
        }[statistic]


STATISTICS = ("Average", "Sum", "Minimum", "Maximum", "SampleCount")


def add(
    backend: BaseBackend,
    namespace: str,
    name: str,
    dimensions: Dimensions,
    unit: str | None,
    moment: float,
    found: Statistics,
    *,
    resolution: int = MINUTE_SEC,
    replaces: bool = False,
) -> None:
    """Adds values to a metric. With `replaces`, they take the place of what the period has."""
    series = _series(backend, namespace, name, dimensions, unit)
    key = str(math.floor(moment) // resolution * resolution)
    points = series["Fine" if resolution < MINUTE_SEC else "Points"]
    if key in points and not replaces:
        whole = Statistics(*points[key])
        whole.add(found)
        found = whole
    points[key] = [found.count, found.sum, found.minimum, found.maximum]
    _forget_old(series)


def series_of(backend: BaseBackend) -> Iterable[Series]:
    """Returns all metrics, without changing anything."""
    return list(vars(backend).get(ATTRIBUTE, {}).get(_KIND, {}).values())


def statistics_of(
    backend: BaseBackend,
    namespace: str,
    name: str,
    dimensions: Dimensions,
    unit: str | None,
    period: int,
    start: float,
    end: float,
) -> dict[int, Statistics]:
    """Returns the statistics of each period that has values, by its begin. Periods begin at multiples of themselves."""
    found: dict[int, Statistics] = {}
    for series in series_of(backend):
        if not _is(series, namespace, name, dimensions, unit):
            continue
        for moment, values in _points(series):
            if start <= moment < end:
                begin = moment // period * period
                if begin in found:
                    found[begin].add(Statistics(*values))
                else:
                    found[begin] = Statistics(*values)
    return dict(sorted(found.items()))


def unit_of(backend: BaseBackend, namespace: str, name: str, dimensions: Dimensions) -> str:
    """Returns the unit of a metric. `None` is AWS's word for no unit."""
    found = (each["Unit"] for each in series_of(backend) if _is(each, namespace, name, dimensions, None))
    return next(found, "None")


def _is(series: Series, namespace: str, name: str, dimensions: Dimensions, unit: str | None) -> bool:
    return (
        series["Namespace"] == namespace
        and series["MetricName"] == name
        and series["Dimensions"] == _sorted(dimensions)
        and (unit is None or series["Unit"] == unit)
    )


def _points(series: Series) -> Iterator[tuple[int, list[float]]]:
    for kind in ("Points", "Fine"):
        for moment, values in list(series[kind].items()):
            yield int(moment), values


def _series(backend: BaseBackend, namespace: str, name: str, dimensions: Dimensions, unit: str | None) -> Series:
    kept = store_of(backend).setdefault(_KIND, {})
    identity = {"Namespace": namespace, "MetricName": name, "Dimensions": _sorted(dimensions), "Unit": unit or "None"}
    return kept.setdefault(json.dumps(list(identity.values())), {**identity, "Points": {}, "Fine": {}})


def _sorted(dimensions: Dimensions) -> Dimensions:
    return sorted(
        ({"Name": each["Name"], "Value": each["Value"]} for each in dimensions), key=lambda each: each["Name"]
    )


def _forget_old(series: Series) -> None:
    now = time.time()
    for kind, kept in (("Points", KEPT_SEC), ("Fine", KEPT_OF_HIGH_RESOLUTION_SEC)):
        for moment in [each for each in series[kind] if int(each) < now - kept]:
            del series[kind][moment]
