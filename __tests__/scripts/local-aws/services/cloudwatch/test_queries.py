"""Statistics of metrics."""

import datetime

import pytest
from botocore.exceptions import ClientError

NOW = datetime.datetime.now(datetime.UTC)


@pytest.fixture
def span():
    return {"StartTime": NOW - datetime.timedelta(hours=1), "EndTime": NOW + datetime.timedelta(hours=1)}


@pytest.fixture
def values_of(cloudwatch, metric, span):
    """Returns the values of a statistic."""

    def values_of(stat, dimensions=metric, **more):
        whole = {"Namespace": "Case", "MetricName": "Used", "Dimensions": dimensions}
        query = {"Id": "m", "MetricStat": {"Metric": whole, "Period": 60, "Stat": stat}, **more}
        return cloudwatch.get_metric_data(MetricDataQueries=[query], **span)["MetricDataResults"][0]["Values"]

    return values_of


def test_statistics_are_those_of_all_values_of_a_period(cloudwatch, metric, span):
    whole = {"MetricName": "Used", "Dimensions": metric, "Timestamp": NOW, "Unit": "Percent"}
    sets = [{"Value": 10}, {"Values": [20, 5], "Counts": [1, 2]}]
    sets += [{"StatisticValues": {"SampleCount": 1, "Sum": 60, "Minimum": 60, "Maximum": 60}}]
    cloudwatch.put_metric_data(Namespace="Case", MetricData=[{**whole, **each} for each in sets])
    statistics = ["Average", "Sum", "Minimum", "Maximum", "SampleCount"]
    asked = {"Namespace": "Case", "MetricName": "Used", "Dimensions": metric, "Period": 60, **span}
    (point,) = cloudwatch.get_metric_statistics(**asked, Statistics=statistics)["Datapoints"]
    assert [point[each] for each in statistics] == [20.0, 100.0, 5.0, 60.0, 5.0]
    assert (point["Unit"], point["Timestamp"]) == ("Percent", NOW.replace(second=0, microsecond=0))


def test_the_newest_values_come_first(put_value, values_of):
    put_value(1, ago=120)
    put_value(2)
    assert values_of("Maximum") == [2.0, 1.0]


def test_other_dimensions_are_another_metric(put_value, values_of, metric):
    put_value(1)
    assert values_of("Maximum", dimensions=[]) == []
    assert values_of("Maximum", dimensions=[*metric, {"Name": "Host", "Value": "a"}]) == []


def test_a_metric_outlives_a_restart(start, tmp_path):
    aws = start(tmp_path / "home")
    aws.client("cloudwatch").put_metric_data(Namespace="Case", MetricData=[{"MetricName": "Used", "Value": 1}])
    aws.stop()
    aws.start()
    assert [each["MetricName"] for each in aws.client("cloudwatch").list_metrics()["Metrics"]] == ["Used"]


def test_fails_with_the_name_of_a_percentile(values_of):
    with pytest.raises(ClientError, match=r"MetricDataQueries\.MetricStat\.Stat p99"):
        values_of("p99")


def test_fails_with_the_name_of_an_expression(cloudwatch, span):
    with pytest.raises(ClientError, match=r":GetMetricData with MetricDataQueries\.Expression"):
        cloudwatch.get_metric_data(MetricDataQueries=[{"Id": "e", "Expression": "1 + 1"}], **span)
