"""The order of containers, as tables."""

import pytest
from local_aws.services.ecs.agent.ordering import Impossible, Seen, may_start, may_stop

RUNS, ENDED = Seen(has_started=True), Seen(has_started=True, is_stopped=True, exit_code=0)
FAILED = Seen(has_started=True, is_stopped=True, exit_code=1)
NEVER_BEGAN = Seen(is_stopped=True)
HEALTHY = Seen(has_started=True, health="HEALTHY")


def main(condition):
    return {"name": "main", "dependsOn": [{"containerName": "first", "condition": condition}]}


@pytest.mark.parametrize(
    ("condition", "first", "expected"),
    [
        ("START", Seen(), False),
        ("START", RUNS, True),
        ("START", FAILED, True),
        ("COMPLETE", RUNS, False),
        ("COMPLETE", FAILED, True),
        ("SUCCESS", RUNS, False),
        ("SUCCESS", ENDED, True),
        ("HEALTHY", RUNS, False),
        ("HEALTHY", HEALTHY, True),
    ],
)
def test_a_container_waits_for_its_condition(condition, first, expected):
    assert may_start(main(condition), {"first": first}, {"first": {}}) is expected


def test_a_container_without_conditions_starts():
    assert may_start({"name": "main"}, {}, {})


@pytest.mark.parametrize(
    ("condition", "first"),
    [("SUCCESS", FAILED), ("HEALTHY", ENDED), ("START", NEVER_BEGAN), ("COMPLETE", NEVER_BEGAN)],
)
def test_fails_when_the_condition_cannot_come_true(condition, first):
    with pytest.raises(Impossible, match=r"dependency \[first\] for target \[main\] did not exit successfully"):
        may_start(main(condition), {"first": first}, {"first": {}})


@pytest.mark.parametrize(("running_sec", "expected"), [(4, "waits"), (6, "gives up")])
def test_the_start_time_out_of_the_first_counts(running_sec, expected):
    first = Seen(has_started=True, running_sec=running_sec)
    try:
        assert may_start(main("SUCCESS"), {"first": first}, {"first": {"startTimeout": 5}}) is False
        came = "waits"
    except Impossible as error:
        assert str(error).endswith("has timed out.")
        came = "gives up"
    assert came == expected


@pytest.mark.parametrize(("dependent", "expected"), [(RUNS, False), (ENDED, True), (Seen(), True)])
def test_those_that_depend_on_a_container_end_before_it(dependent, expected):
    assert may_stop("first", {"main": dependent, "first": RUNS}, [main("START"), {"name": "first"}]) is expected
