"""Metrics that anybody puts."""

import datetime

import pytest
from botocore.exceptions import ClientError


def test_metrics_are_listed_by_namespace_name_and_dimensions(cloudwatch, put_value, metric):
    put_value(1)
    put_value(2, Unit="Bytes")
    whole = {"Namespace": "Case", "MetricName": "Used", "Dimensions": metric}
    assert cloudwatch.list_metrics(**whole)["Metrics"] == [whole]
    assert cloudwatch.list_metrics(Namespace="Case", Dimensions=[{"Name": "Case"}])["Metrics"].count(whole) == 1
    assert cloudwatch.list_metrics(Namespace="Other")["Metrics"] == []


def test_fails_in_a_namespace_of_aws(cloudwatch):
    with pytest.raises(ClientError, match="InvalidParameterValue"):
        cloudwatch.put_metric_data(Namespace="AWS/SQS", MetricData=[{"MetricName": "Used", "Value": 1}])


def test_fails_with_a_time_at_which_nothing_looks(put_value):
    with pytest.raises(ClientError, match=r"MetricData\.member\.1\.Timestamp"):
        put_value(1, ago=datetime.timedelta(days=2).total_seconds())
