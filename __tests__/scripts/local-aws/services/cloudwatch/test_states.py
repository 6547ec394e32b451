"""What happens when an alarm changes its state: notifications, a history, an event."""

import json

from waiting import until


def test_a_topic_is_told_of_an_alarm_and_of_its_end(alarm, put_value, topic_with_queue, notified, metric):
    topic, url = topic_with_queue
    put_value(95, ago=60)
    name = alarm(AlarmActions=[topic], OKActions=[topic], AlarmDescription="The volume is nearly full.")
    subject, message = notified(url)
    assert subject == f'ALARM: "{name}" in EU (Ireland)'
    assert (message["AlarmName"], message["AWSAccountId"], message["Region"]) == (name, "123456789012", "EU (Ireland)")
    assert (message["OldStateValue"], message["NewStateValue"]) == ("INSUFFICIENT_DATA", "ALARM")
    assert message["AlarmDescription"] == "The volume is nearly full."
    assert message["Trigger"]["Dimensions"] == [{"name": "Case", "value": metric[0]["Value"]}]
    assert (message["Trigger"]["Statistic"], message["Trigger"]["Threshold"]) == ("MAXIMUM", 80.0)
    put_value(10)
    subject, message = notified(url)
    assert (subject, message["NewStateValue"]) == (f'OK: "{name}" in EU (Ireland)', "OK")


def test_an_alarm_without_actions_tells_nobody(aws, alarm, put_value, topic_with_queue, state_of):
    topic, url = topic_with_queue
    put_value(95)
    name = alarm(AlarmActions=[topic], ActionsEnabled=False)
    until(lambda: state_of(name), "ALARM")
    assert "Messages" not in aws.client("sqs").receive_message(QueueUrl=url)


def test_a_history_has_what_happened(cloudwatch, alarm, put_value, topic_with_queue, state_of):
    topic, _ = topic_with_queue
    put_value(95)
    name = alarm(AlarmActions=[topic])
    until(lambda: state_of(name), "ALARM")
    items = cloudwatch.describe_alarm_history(AlarmName=name, ScanBy="TimestampAscending")["AlarmHistoryItems"]
    assert [(item["HistoryItemType"], item["HistorySummary"]) for item in items] == [
        ("ConfigurationUpdate", f'Alarm "{name}" created'),
        ("StateUpdate", "Alarm updated from INSUFFICIENT_DATA to ALARM"),
        ("Action", f"Successfully executed action {topic}"),
    ]
    updates = cloudwatch.describe_alarm_history(AlarmName=name, HistoryItemType="StateUpdate")["AlarmHistoryItems"]
    data = json.loads(updates[0]["HistoryData"])["newState"]["stateReasonData"]
    assert data["evaluatedDatapoints"][0]["value"] == 95.0


def test_fails_to_tell_a_topic_whose_policy_does_not_let_alarms(aws, cloudwatch, alarm, topic_with_queue, state_of):
    topic, _ = topic_with_queue
    only_events = {"Effect": "Allow", "Action": "sns:Publish", "Resource": topic}
    policy = json.dumps({"Statement": [{**only_events, "Principal": {"Service": "events.amazonaws.com"}}]})
    aws.client("sns").set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    name = alarm(AlarmActions=[topic], TreatMissingData="breaching")
    until(lambda: state_of(name), "ALARM")
    (action,) = cloudwatch.describe_alarm_history(AlarmName=name, HistoryItemType="Action")["AlarmHistoryItems"]
    assert action["HistorySummary"].startswith(f"Failed to execute action {topic}. Received error: the policy of")


def test_eventbridge_gets_an_event(aws, alarm, topic_with_queue):
    sqs, events, name = aws.client("sqs"), aws.client("events"), alarm()
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allow = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn}
    policy = {"Statement": [{**allow, "Principal": {"Service": "events.amazonaws.com"}}]}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    pattern = {"source": ["aws.cloudwatch"], "detail": {"alarmName": [name], "state": {"value": ["ALARM"]}}}
    events.put_rule(Name=name, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
    alarm(TreatMissingData="breaching")
    (message,) = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"]
    event = json.loads(message["Body"])
    assert event["detail-type"] == "CloudWatch Alarm State Change"
    assert event["detail"]["previousState"]["value"] == "INSUFFICIENT_DATA"
