"""Patterns of rules, as a table against one event of a task."""

import json

import pytest
from local_aws.services.events.patterns import InvalidPattern, matches, parse

EVENT = {
    "source": "aws.ecs",
    "detail-type": "ECS Task State Change",
    "resources": ["arn:aws:ecs:eu-west-1:123456789012:task/case/1"],
    "detail": {
        "group": "service:couchdb",
        "lastStatus": "STOPPED",
        "version": 5,
        "healthy": True,
        "stoppedReason": None,
        "address": "198.18.3.4",
        "containers": [{"name": "prepare", "exitCode": 0}, {"name": "database", "exitCode": 137}],
    },
}


def detail(**wanted):
    return {"detail": wanted}


MATCHING = [
    {"source": ["aws.ecs", "aws.ec2"], "detail-type": ["ECS Task State Change"]},
    {"resources": [{"prefix": "arn:aws:ecs:"}]},
    {"resources": [{"suffix": "/1"}]},
    detail(group=[{"prefix": "service:"}]),
    detail(group=[{"prefix": {"equals-ignore-case": "SERVICE:"}}]),
    detail(group=[{"equals-ignore-case": "Service:CouchDB"}]),
    detail(group=[{"wildcard": "serv*:*db"}]),
    detail(group=[{"anything-but": "service:other"}]),
    detail(group=[{"anything-but": ["service:other", "service:third"]}]),
    detail(group=[{"anything-but": {"prefix": "family:"}}]),
    detail(version=[{"numeric": [">", 4, "<=", 5]}]),
    detail(version=[{"numeric": ["=", 5.0]}]),
    detail(healthy=[True]),
    detail(stoppedReason=[None]),
    detail(stoppedReason=[{"exists": True}]),
    detail(gone=[{"exists": False}]),
    {"detail": {"none": {"at-all": [{"exists": False}]}}},
    detail(address=[{"cidr": "198.18.0.0/20"}]),
    detail(containers={"exitCode": [{"anything-but": 0}]}),
    detail(containers={"name": ["database"], "exitCode": [137]}),
    {"$or": [{"source": ["aws.ec2"]}, {"source": ["aws.ecs"]}]},
    detail(**{"$or": [{"group": ["x"]}, {"lastStatus": ["STOPPED"]}]}),
]
OTHER = [
    {"source": ["aws.ec2"]},
    {"source": ["aws.ecs"], "detail-type": ["ECS Deployment State Change"]},
    {"resources": [{"prefix": "arn:aws:ec2:"}]},
    detail(group=[{"prefix": "Service:"}]),
    detail(group=[{"wildcard": "serv?ce:couchdb"}]),
    detail(group=[{"wildcard": "service:\\*"}]),
    detail(group=[{"anything-but": ["service:couchdb", "x"]}]),
    detail(group=[{"anything-but": {"prefix": "service:"}}]),
    detail(gone=[{"anything-but": "x"}]),
    detail(version=[{"numeric": [">", 5]}]),
    detail(group=[{"numeric": [">", 5]}]),
    detail(version=["5"]),
    detail(version=[True]),
    detail(healthy=[1]),
    detail(gone=[{"exists": True}]),
    detail(group=[{"exists": False}]),
    detail(address=[{"cidr": "198.19.0.0/20"}]),
    detail(containers={"name": ["prepare"], "exitCode": [137]}),
    {"$or": [{"source": ["aws.ec2"]}, {"source": ["aws.s3"]}]},
]
REFUSED = [
    ("no json", "not JSON"),
    ('"text"', "not an object"),
    ('{"source": "aws.ecs"}', '"source" must be an object or an array'),
    ('{"source": []}', "Empty arrays are not allowed"),
    ('{"detail": {}}', "Empty objects are not allowed"),
    ('{"source": [{"like": "aws"}]}', "Unrecognized match type like"),
    ('{"source": [{"prefix": 5}]}', "prefix match pattern must be a string"),
    ('{"source": [{"prefix": "a", "suffix": "b"}]}', "Only one key allowed"),
    ('{"source": [{"exists": "yes"}]}', "exists match pattern must be either true or false"),
    ('{"detail": {"n": [{"numeric": [">"]}]}}', "numeric"),
    ('{"detail": {"n": [{"numeric": [">", "5"]}]}}', "must be a number"),
    ('{"$or": [{"source": ["a"]}]}', "$or must be an array"),
]


@pytest.mark.parametrize("pattern", MATCHING, ids=json.dumps)
def test_matches(pattern):
    assert matches(parse(json.dumps(pattern)), EVENT)


@pytest.mark.parametrize("pattern", OTHER, ids=json.dumps)
def test_does_not_match(pattern):
    assert not matches(parse(json.dumps(pattern)), EVENT)


@pytest.mark.parametrize(("text", "reason"), REFUSED)
def test_fails_with_the_reason_of_a_pattern_that_is_not_valid(text, reason):
    with pytest.raises(InvalidPattern) as refused:
        parse(text)
    assert reason in str(refused.value)
