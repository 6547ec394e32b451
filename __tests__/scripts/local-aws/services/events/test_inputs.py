"""What a target gets of an event."""

import json

import pytest
from local_aws.services.events.inputs import InvalidInput, check, input_of

RULE = "arn:aws:events:eu-west-1:123456789012:rule/tasks"
EVENT = {
    "id": "1", "source": "aws.ecs", "resources": ["arn:task"], "time": "2026-11-30T09:00:00Z",
    "detail": {
        "reason": 'It said "no".', "count": 2, "stopped-at": "now", "containers": [{"name": "a"}, {"name": "b"}],
    },
}  # fmt: skip


def given(**target):
    return input_of(target, EVENT, RULE, "2026-11-30T09:00:01Z")


def transformed(template, **paths):
    return given(InputTransformer={"InputPathsMap": paths, "InputTemplate": template})


def test_a_target_gets_the_whole_event():
    assert json.loads(given()) == EVENT


def test_an_input_takes_the_place_of_the_event():
    assert given(Input='{"job": 1}') == '{"job": 1}'


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$", EVENT),
        ("$.detail.count", 2),
        ("$.resources[0]", "arn:task"),
        ("$.detail['stopped-at']", "now"),
        ("$.detail.stopped-at", "now"),
        ("$.detail.containers[*].name", ["a", "b"]),
        ("$.detail.gone", None),
    ],
)
def test_a_path_takes_a_part(path, found):
    assert json.loads(given(InputPath=path)) == found


def test_a_text_gets_values_and_keeps_its_quotes():
    told = transformed('"<task> stopped: <reason>"', task="$.resources[0]", reason="$.detail.reason")
    assert json.loads(told) == 'arn:task stopped: It said "no".'


def test_json_gets_values_as_json():
    told = transformed('{"n": <n>, "c": <c>, "why": <why>, "text": "<n> times"}',
                       n="$.detail.count", c="$.detail.containers", why="$.detail.reason")  # fmt: skip
    assert json.loads(told) == {
        "n": 2, "c": [{"name": "a"}, {"name": "b"}], "why": 'It said "no".', "text": "2 times",
    }  # fmt: skip


def test_what_is_not_in_the_event_leaves_nothing():
    assert transformed('"[<gone>]"', gone="$.detail.gone") == '"[]"'


def test_names_that_aws_knows():
    told = transformed('"<aws.events.rule-name> <aws.events.rule-arn> <aws.events.event.ingestion-time>"')
    assert told == f'"tasks {RULE} 2026-11-30T09:00:01Z"'
    assert json.loads(transformed("<aws.events.event.json>")) == EVENT


def test_what_only_looks_like_a_name_stays():
    assert transformed('"a <b> c"') == '"a <b> c"'


@pytest.mark.parametrize(
    "target", [{"InputPath": "detail"}, {"InputPath": "$..name"}, {"Input": "1", "InputPath": "$"}]
)
def test_fails_with_an_input_that_cannot_be_made(target):
    with pytest.raises(InvalidInput):
        check(target)
