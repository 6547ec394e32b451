"""Events of callers and of services, and the rules that they meet."""

import datetime
import json

import pytest
from local_aws.services.events import events as bus
from moto.events.models import events_backends


def test_an_event_meets_the_rules_that_match_and_are_enabled(events, rule, put, box, bodies):
    url, arn = box()
    for name in (rule(), rule({"source": ["other"]}), rule(State="DISABLED")):
        events.put_targets(Rule=name, Targets=[{"Id": name, "Arn": arn, "Input": json.dumps(name)}])
    enabled, disabled = events.list_rule_names_by_target(TargetArn=arn)["RuleNames"][::2]
    put()
    assert bodies(url) == [json.dumps(enabled)]
    events.enable_rule(Name=disabled)
    put()
    assert sorted(bodies(url)) == sorted(json.dumps(name) for name in (enabled, disabled))


def test_an_event_has_the_time_that_its_caller_gives(events, rule, put, box, bodies):
    name, (url, arn) = rule({"detail": {"dated": [True]}}), box()
    events.put_targets(Rule=name, Targets=[{"Id": "queue", "Arn": arn, "InputPath": "$.time"}])
    put({"dated": True}, Time=datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC))
    assert bodies(url) == ['"2026-01-02T03:04:05Z"']


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ({"source": "aws.ecs"}, "NotAuthorizedForSourceException"),
        ({"Detail": "[1]"}, "MalformedDetail"),
        ({"Detail": "no json"}, "MalformedDetail"),
        ({"DetailType": ""}, "InvalidArgument"),
    ],
)
def test_fails_with_the_code_of_an_event_that_is_refused(put, entry, code):
    assert put(**entry)["ErrorCode"] == code


def test_a_service_publishes_to_the_default_bus(monkeypatch):
    told = []
    account, region = "123456789012", "eu-north-1"
    backend = events_backends[account][region]
    rule = backend.put_rule("tasks", event_pattern='{"source": ["aws.ecs"], "detail": {"lastStatus": ["STOPPED"]}}')
    rule.put_targets([{"Id": "queue", "Arn": "arn:aws:sqs:eu-north-1:123456789012:q"}])
    monkeypatch.setattr(bus.targets, "deliver", lambda _target, arn, text: told.append((arn, json.loads(text))))
    for status in ("RUNNING", "STOPPED"):
        bus.publish(account, region, "aws.ecs", "ECS Task State Change", ["arn:task"], {"lastStatus": status})
    ((arn, event),) = told
    assert arn == rule.arn
    assert (event["source"], event["account"], event["region"]) == ("aws.ecs", account, region)
    assert (event["resources"], event["detail"]) == (["arn:task"], {"lastStatus": "STOPPED"})
