import aws_calls
import pytest
from fake_aws import INSTANCE


def test_a_json_call_is_signed_for_its_service_and_returns_the_answer(fake_aws):
    fake_aws.answer("ListClusters", {"clusterArns": ["a"]})
    answer = aws_calls.json_call(
        "ecs", "eu-west-1", "AmazonEC2ContainerServiceV20141113.ListClusters", {"maxResults": 1}
    )
    assert answer == {"clusterArns": ["a"]}
    assert fake_aws.asked == [("ecs", "ListClusters", {"maxResults": 1})]
    assert "/eu-west-1/ecs/aws4_request" in fake_aws.authorizations[0]


def test_a_query_call_is_a_form(fake_aws):
    fake_aws.answer("DescribeVolumes", "<volumes/>")
    assert aws_calls.query_call("ec2", "eu-west-1", "2016-11-15", "DescribeVolumes", {"A.1": "b c&d"}) == "<volumes/>"
    assert fake_aws.asked == [("ec2", "DescribeVolumes", {"Version": "2016-11-15", "A.1": "b c&d"})]


@pytest.mark.parametrize(
    ("region", "url"),
    [
        ("eu-west-1", "https://ecs.eu-west-1.amazonaws.com/"),
        ("cn-north-1", "https://ecs.cn-north-1.amazonaws.com.cn/"),
    ],
)
def test_calls_go_to_the_region(monkeypatch, region, url):
    asked = []
    monkeypatch.setattr(aws_calls, "role_credentials", lambda: ("id", "secret", "token"))
    monkeypatch.setattr(aws_calls.fetch_bundle, "read", lambda url, *_: asked.append(url) or b"{}")
    aws_calls.json_call("ecs", region, "x.y", {})
    assert asked == [url]


def test_the_instance_says_its_id(fake_aws):
    assert aws_calls.instance_id() == INSTANCE


@pytest.mark.parametrize(
    "passing",
    [(400, "ThrottlingException"), (400, "RequestLimitExceeded"), (503, "Unavailable"),
     (400, "SnapshotCreationPerVolumeRateExceeded")],
)  # fmt: skip
def test_a_problem_that_passes_is_tried_again(fake_aws, clock, passing):
    fake_aws.answer("ListClusters", passing, passing, {})
    assert aws_calls.patiently(60, aws_calls.json_call, "ecs", "eu-west-1", "x.ListClusters", {}) == {}
    assert clock.slept == [1, 2]


def test_fails_at_once_for_a_problem_that_stays(fake_aws, clock):
    fake_aws.answer("ListClusters", (400, "AccessDeniedException"))
    with pytest.raises(aws_calls.ProblemError, match=r"^400 AccessDeniedException from http"):
        aws_calls.patiently(60, aws_calls.json_call, "ecs", "eu-west-1", "x.ListClusters", {})
    assert clock.slept == []


def test_fails_when_the_limit_is_over(fake_aws, clock):
    fake_aws.answer("ListClusters", (400, "ThrottlingException"))
    with pytest.raises(aws_calls.ProblemError, match=r"^400 ThrottlingException from \S+ for 60 seconds$"):
        aws_calls.patiently(60, aws_calls.json_call, "ecs", "eu-west-1", "x.ListClusters", {})
    assert sum(clock.slept) <= 60
    assert max(clock.slept) == aws_calls.LONGEST_PAUSE_SEC


def test_fails_for_a_service_that_does_not_answer(monkeypatch, clock):
    monkeypatch.setattr(aws_calls.fetch_bundle, "METADATA", "http://127.0.0.1:1/")
    with pytest.raises(aws_calls.ProblemError, match=r"^no answer from .* for 20 seconds$"):
        aws_calls.patiently(20, aws_calls.instance_id)
