"""Events of a group as `aws logs tail` reads them."""

import itertools
import time

import pytest
from botocore.exceptions import ClientError
from log_lines import tail, write

NUMBERS = itertools.count()


@pytest.fixture(scope="module")
def logs(aws):
    return aws.client("logs")


@pytest.fixture
def group(logs):
    name = f"/case/{next(NUMBERS)}"
    logs.create_log_group(logGroupName=name)
    return name


def test_a_tail_has_the_lines_of_all_streams(logs, group):
    write(logs, group, "database/1", ["one", "two"])
    write(logs, group, "web/1", ["three ERROR"])
    assert sorted(tail(logs, group)) == [("database/1", "one"), ("database/1", "two"), ("web/1", "three ERROR")]
    assert tail(logs, group, logStreamNamePrefix="database") == [("database/1", "one"), ("database/1", "two")]
    assert tail(logs, group, startTime=int(time.time() * 1000) + 60_000) == []


def test_a_pattern_asks_for_all_of_its_words_and_phrases(logs, group):
    lines = ["GET /a 500 in 3 ms", "GET /b 200 in 500 ms", "started"]
    write(logs, group, "web/1", lines)

    def found(pattern):
        return [line for _, line in tail(logs, group, filterPattern=pattern)]

    assert found("500") == lines[:2]
    assert found('GET "500 in"') == lines[:1]


def test_a_group_shows_its_retention(logs, group):
    logs.put_retention_policy(logGroupName=group, retentionInDays=7)
    (told,) = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    assert told["retentionInDays"] == 7


def test_a_group_is_known_by_its_arn(logs, group):
    write(logs, group, "database/1", ["one"])
    arn = logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["logGroupArn"]
    assert [event["message"] for event in logs.filter_log_events(logGroupIdentifier=arn)["events"]] == ["one"]


def test_fails_with_the_name_of_a_pattern_that_is_not_evaluated(logs, group):
    with pytest.raises(ClientError, match="logs:FilterLogEvents with filterPattern"):
        logs.filter_log_events(logGroupName=group, filterPattern="?ERROR ?WARN")
