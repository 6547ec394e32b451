"""Targets of rules: what they get, and when their policies keep it away."""

import json

import pytest
from botocore.exceptions import ClientError


def test_a_queue_gets_the_event(events, rule, put, box, bodies):
    name, (url, arn) = rule(), box()
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
    event_id = put({"n": 2}, Resources=["arn:task"])["EventId"]
    (body,) = bodies(url)
    event = json.loads(body)
    assert event["time"].endswith("Z")
    del event["time"]
    assert event == {
        "version": "0", "id": event_id, "detail-type": "Case", "source": "case", "account": "123456789012",
        "region": "eu-west-1", "resources": ["arn:task"], "detail": {"n": 2},
    }  # fmt: skip


def test_a_topic_gets_a_text_and_its_subscribers_too(aws, events, rule, put, box, bodies):
    sns, name, (url, arn) = aws.client("sns"), rule(), box("sns.amazonaws.com")
    topic = sns.create_topic(Name=name)["TopicArn"]
    allow = {"Effect": "Allow", "Action": "sns:Publish", "Resource": topic}
    policy = json.dumps({"Statement": [{**allow, "Principal": {"Service": "events.amazonaws.com"}}]})
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=policy)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    transformer = {"InputPathsMap": {"n": "$.detail.n"}, "InputTemplate": '"<n> stopped"'}
    events.put_targets(Rule=name, Targets=[{"Id": "topic", "Arn": topic, "InputTransformer": transformer}])
    put({"n": 3})
    (body,) = bodies(url)
    assert json.loads(body)["Message"] == '"3 stopped"'


def test_a_log_group_gets_the_event(aws, events, rule, put):
    logs, name = aws.client("logs"), rule()
    group = f"/aws/events/{name}"
    logs.create_log_group(logGroupName=group)
    arn = f"arn:aws:logs:eu-west-1:123456789012:log-group:{group}"
    events.put_targets(Rule=name, Targets=[{"Id": "log", "Arn": arn}])
    put({"n": 1})
    allow = {"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": f"{arn}:*"}
    policy = json.dumps({"Statement": [{**allow, "Principal": {"Service": "events.amazonaws.com"}}]})
    logs.put_resource_policy(policyName=name, policyDocument=policy)
    put({"n": 2})
    (event,) = logs.filter_log_events(logGroupName=group)["events"]
    assert json.loads(event["message"])["detail"] == {"n": 2}


def test_fails_to_reach_what_does_not_let_the_rule(events, rule, put, box, bodies):
    name, (url, arn) = rule(), box("sns.amazonaws.com")
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn}])
    assert "EventId" in put()
    assert bodies(url) == []


@pytest.mark.parametrize(
    ("target", "named"),
    [
        ({"Arn": "arn:aws:lambda:eu-west-1:123456789012:function:f"}, "Targets of lambda"),
        ({"Arn": "arn:aws:events:eu-west-1:123456789012:event-bus/other"}, "Targets of events"),
        (
            {"Arn": "arn:aws:sqs:eu-west-1:123456789012:q", "DeadLetterConfig": {"Arn": "arn:aws:sqs:::d"}},
            "Targets.DeadLetterConfig",
        ),
    ],
)
def test_fails_with_the_name_of_a_target_that_would_get_nothing(events, rule, target, named):
    with pytest.raises(ClientError, match=f"events:PutTargets with {named}"):
        events.put_targets(Rule=rule(), Targets=[{"Id": "target", **target}])
