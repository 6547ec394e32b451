"""Rules that are refused, and patterns that are tried out."""

import json

import pytest
from botocore.exceptions import ClientError


def test_a_pattern_is_tried_out(events):
    event = {
        "id": "1", "source": "case", "detail-type": "t", "account": "1", "time": "t", "region": "r", "resources": [],
        "detail": {},
    }  # fmt: skip

    def tried(source):
        return events.test_event_pattern(EventPattern=json.dumps({"source": [source]}), Event=json.dumps(event))

    assert (tried("case")["Result"], tried("other")["Result"]) == (True, False)


def test_fails_with_the_reason_of_a_pattern_that_is_not_valid(events):
    with pytest.raises(events.exceptions.InvalidEventPatternException, match="Unrecognized match type like"):
        events.put_rule(Name="rule", EventPattern='{"source": [{"like": "aws"}]}')


def test_fails_with_the_name_of_a_schedule(events):
    with pytest.raises(ClientError, match="events:PutRule with ScheduleExpression"):
        events.put_rule(Name="rule", ScheduleExpression="rate(1 day)")


def test_fails_with_the_name_of_a_call_that_would_do_nothing(events):
    with pytest.raises(ClientError, match="events:CreateArchive"):
        events.create_archive(ArchiveName="archive", EventSourceArn="arn:aws:events:eu-west-1:1:event-bus/default")
