"""What an alarm keeps, and what is refused because nobody would evaluate it."""

import pytest
from botocore.exceptions import ClientError
from waiting import until


def test_an_alarm_that_is_changed_keeps_its_state(alarm, state_of, told):
    name = alarm(TreatMissingData="breaching")
    until(lambda: state_of(name), "ALARM")
    before = told(name)
    alarm(TreatMissingData="breaching", Threshold=90)
    after = told(name)
    assert (after["Threshold"], after["StateValue"]) == (90.0, "ALARM")
    assert after["StateUpdatedTimestamp"] == before["StateUpdatedTimestamp"]


def test_a_state_that_is_set_tells_the_topic_and_lasts_until_the_next_evaluation(
    cloudwatch, alarm, put_value, state_of, topic_with_queue, notified
):
    topic, url = topic_with_queue
    put_value(10)
    name = alarm(AlarmActions=[topic])
    until(lambda: state_of(name), "OK")
    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a drill")
    assert notified(url)[1]["NewStateReason"] == "a drill"
    until(lambda: state_of(name), "OK")


def test_alarms_are_found_by_what_they_are(cloudwatch, alarm, topic_with_queue, state_of):
    topic, _ = topic_with_queue
    name = alarm(AlarmActions=[topic], TreatMissingData="notBreaching")
    until(lambda: state_of(name), "OK")

    def found(**asked):
        return [each["AlarmName"] for each in cloudwatch.describe_alarms(AlarmNamePrefix=name, **asked)["MetricAlarms"]]

    assert found(ActionPrefix=topic, StateValue="OK", AlarmTypes=["MetricAlarm"]) == [name]
    assert [found(ActionPrefix="arn:other"), found(StateValue="ALARM"), found(AlarmTypes=["CompositeAlarm"])] == [
        []
    ] * 3


def test_an_alarm_that_is_made_again_has_no_tags_of_an_earlier_one(cloudwatch, alarm, told):
    name = alarm(Tags=[{"Key": "Old", "Value": "yes"}])
    cloudwatch.delete_alarms(AlarmNames=[name])
    arn = told(alarm())["AlarmArn"]
    assert cloudwatch.list_tags_for_resource(ResourceARN=arn)["Tags"] == []


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"AlarmActions": ["arn:aws:automate:eu-west-1:ec2:recover"]}, "AlarmActions arn:aws:automate"),
        ({"Period": 3600, "EvaluationPeriods": 25}, "EvaluationPeriods 25 of Period 3600"),
        ({"ComparisonOperator": "GreaterThanUpperThreshold"}, "ComparisonOperator GreaterThanUpperThreshold"),
    ],
)
def test_fails_with_the_name_of_what_is_not_evaluated(alarm, settings, named):
    with pytest.raises(ClientError, match=f":PutMetricAlarm with {named}"):
        alarm(**settings)


def test_fails_with_the_name_of_metric_math(cloudwatch):
    with pytest.raises(ClientError, match=":PutMetricAlarm with Metrics"):
        cloudwatch.put_metric_alarm(
            AlarmName="math", EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
            Metrics=[{"Id": "e", "Expression": "m / 2"}],
        )  # fmt: skip
