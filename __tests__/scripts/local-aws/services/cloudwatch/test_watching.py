"""Alarms are evaluated: on values of anybody and on queues, with missing points, and after a restart."""

import pytest
from waiting import until


def test_an_alarm_follows_its_values(alarm, put_value, state_of, told):
    # The maximum of the present minute stays: each value has a period of its own.
    put_value(70, ago=120)
    name = alarm()
    until(lambda: state_of(name), "OK")
    assert told(name)["StateReason"].startswith("Threshold Crossed: 1 out of the last 1 datapoint [70.0 (")
    put_value(95, ago=60)
    until(lambda: state_of(name), "ALARM")
    assert (
        "was greater than or equal to the threshold (80.0) (minimum 1 datapoint for OK -> ALARM"
        in told(name)["StateReason"]
    )
    put_value(10)
    until(lambda: state_of(name), "OK")


def test_an_alarm_asks_for_as_many_points_as_it_says(alarm, put_value, state_of):
    name = alarm(EvaluationPeriods=3, DatapointsToAlarm=2)
    put_value(95, ago=180)
    put_value(10, ago=120)
    until(lambda: state_of(name), "OK")
    put_value(95, ago=60)
    until(lambda: state_of(name), "ALARM")


@pytest.mark.parametrize(("treatment", "state"), [("breaching", "ALARM"), ("notBreaching", "OK")])
def test_missing_points_count_as_the_alarm_says(alarm, state_of, told, treatment, state):
    name = alarm(TreatMissingData=treatment)
    until(lambda: state_of(name), state)
    assert (
        "no datapoints were received for 1 period and 1 missing datapoint was treated as [" in told(name)["StateReason"]
    )


def test_an_alarm_without_values_has_insufficient_data(alarm, told):
    made = told(alarm())
    assert (made["StateValue"], made["StateReason"]) == ("INSUFFICIENT_DATA", "Unchecked: Initial alarm creation")


def test_an_alarm_misses_values_that_stop(alarm, put_value, state_of):
    put_value(10, ago=12, StorageResolution=1)
    name = alarm(Period=10)
    until(lambda: state_of(name), "OK")
    until(lambda: state_of(name), "INSUFFICIENT_DATA")


def test_an_alarm_counts_values_of_its_unit_alone(alarm, put_value, state_of):
    put_value(95, ago=60, Unit="Bytes")
    put_value(10)
    until(lambda: state_of(alarm(Unit="Percent")), "OK")


def test_an_alarm_keeps_its_state_over_a_restart(start, tmp_path):
    aws = start(tmp_path / "home")
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName="kept", Namespace="Case", MetricName="Used", Period=60, Statistic="Maximum", EvaluationPeriods=1,
        Threshold=80, ComparisonOperator="GreaterThanThreshold", TreatMissingData="breaching",
    )  # fmt: skip

    def read():
        return aws.client("cloudwatch").describe_alarms()["MetricAlarms"][0]

    until(lambda: read()["StateValue"], "ALARM")
    before = read()
    aws.stop()
    aws.start()
    assert read() == before
