"""AWS's own tables on missing points. A dash is a missing point, X breaches, 0 does not. The newest point is last."""

import pytest
from local_aws.services.cloudwatch.verdicts import ALARM, INSUFFICIENT, OK, Criteria, judge, may_judge_early

RETAINED = "the state until now"
TREATMENTS = ("missing", "ignore", "breaching", "notBreaching")
# Source: "Configuring how CloudWatch alarms treat missing data" (read 2026-11).
THREE_OF_THREE = {
    "0-X-X": (OK, OK, OK, OK),
    "----0": (OK, OK, OK, OK),
    "-----": (INSUFFICIENT, RETAINED, ALARM, OK),
    "0XX-X": (ALARM, ALARM, ALARM, ALARM),
    "--X--": (ALARM, RETAINED, ALARM, OK),
}
TWO_OF_THREE = {
    "0-X-X": (ALARM, ALARM, ALARM, ALARM),
    "00X0X": (ALARM, ALARM, ALARM, ALARM),
    "0-X--": (OK, OK, ALARM, OK),
    "----0": (OK, OK, ALARM, OK),
    "---X-": (ALARM, RETAINED, ALARM, OK),
}
# What the tables leave open: too few breaching points, and too new.
THREE_OF_THREE_NEW = {"----X": (RETAINED, RETAINED, ALARM, OK)}
CASES = [
    (to_alarm, points, treatment, state)
    for to_alarm, table in ((3, THREE_OF_THREE | THREE_OF_THREE_NEW), (2, TWO_OF_THREE))
    for points, states in table.items()
    for treatment, state in zip(TREATMENTS, states, strict=True)
]


@pytest.mark.parametrize(("to_alarm", "points", "treatment", "state"), CASES)
def test_states(to_alarm, points, treatment, state):
    values = [{"-": None, "X": 1.0, "0": 0.0}[point] for point in points]
    criteria = Criteria(3, to_alarm, treatment, lambda value: value > 0)
    assert judge(criteria, values, RETAINED).state == state


def test_a_verdict_names_the_points_that_made_it():
    verdict = judge(Criteria(2, 2, "missing", lambda value: value > 0), [1.0, 0.0, None, 1.0], OK)
    assert (verdict.seen, verdict.filled) == ([1, 3], 0)


@pytest.mark.parametrize(
    ("statistic", "comparison", "early"),
    [
        ("Average", "LessThanThreshold", True),
        ("Sum", "GreaterThanThreshold", True),
        ("Sum", "LessThanThreshold", False),
        ("SampleCount", "LessThanOrEqualToThreshold", False),
    ],
)
def test_a_sum_that_still_grows_is_not_yet_too_small(statistic, comparison, early):
    assert may_judge_early(statistic, comparison) is early
