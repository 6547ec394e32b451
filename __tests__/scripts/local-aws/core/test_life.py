"""States pass by themselves, as on AWS."""

import threading
import time

import pytest
from local_aws.core import life
from local_aws.core.background import background
from local_aws.core.errors import LocalAwsError
from local_aws.core.life import Life, Step
from local_aws.core.stores import store_of
from moto.dynamodb.models import dynamodb_backends

LIMIT_SEC = 60


@pytest.fixture
def backend():
    made = dynamodb_backends["123456789012"]["eu-west-1"]
    made.reset()
    yield made
    made.reset()


@pytest.fixture
def new_life(monkeypatch):
    monkeypatch.setattr(life, "_lives", [])
    return lambda steps: Life(dynamodb_backends, "clusters", "Status.State", steps, reason="Status.Reason")


def record_of(backend):
    return store_of(backend)["clusters"]["j-1"]


def begin(backend, clusters, state="STARTING"):
    with background.changing:
        store_of(backend)["clusters"] = {"j-1": {"Name": "spark"}}
        clusters.enter(backend, "j-1", state)


def until_state(backend, state) -> None:
    deadline = time.monotonic() + LIMIT_SEC
    while record_of(backend)["Status"]["State"] != state:
        assert time.monotonic() < deadline, record_of(backend)
        time.sleep(0.005)


def test_a_state_lasts_until_its_work_is_done_and_the_next_follows(backend, new_life):
    release = threading.Event()

    def work(_backend, record):
        assert record["Name"] == "spark"
        release.wait(LIMIT_SEC)
        return {"Address": "198.18.0.7"}

    begin(backend, new_life({
        "STARTING": Step(then="RUNNING", failed="FAILED", work=work, takes_sec=0),
        "RUNNING": Step(then="WAITING", takes_sec=0),
    }))  # fmt: skip
    time.sleep(0.05)
    assert record_of(backend)["Status"]["State"] == "STARTING"
    release.set()
    until_state(backend, "WAITING")
    assert record_of(backend)["Address"] == "198.18.0.7"


def test_fails_with_a_reason_when_the_work_fails(backend, new_life):
    def work(_backend, _record):
        raise LocalAwsError("no machine boots")

    begin(backend, new_life({"STARTING": Step(then="RUNNING", failed="FAILED", work=work, takes_sec=0)}))
    until_state(backend, "FAILED")
    assert record_of(backend)["Status"]["Reason"] == "no machine boots"


def test_a_state_that_was_left_meanwhile_has_no_effect(backend, new_life):
    release, worked = threading.Event(), threading.Event()

    def work(_backend, _record):
        release.wait(LIMIT_SEC)
        worked.set()

    clusters = new_life({"STARTING": Step(then="RUNNING", failed="FAILED", work=work, takes_sec=0)})
    begin(backend, clusters)
    with background.changing:
        clusters.enter(backend, "j-1", "TERMINATED")
    release.set()
    assert worked.wait(LIMIT_SEC)
    while background.under_way:
        time.sleep(0.005)
    assert record_of(backend)["Status"]["State"] == "TERMINATED"


def test_a_record_can_go_at_the_end_of_its_life(backend, new_life):
    begin(backend, new_life({"DELETING": Step(then=None, takes_sec=0)}), "DELETING")
    deadline = time.monotonic() + LIMIT_SEC
    while store_of(backend)["clusters"]:
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_state_that_was_under_way_begins_again_after_a_start(backend, new_life):
    new_life({"STARTING": Step(then="RUNNING", takes_sec=0)})
    with background.changing:
        store_of(backend)["clusters"] = {"j-1": {"Status": {"State": "STARTING"}}}
        life.resume_lives()
    until_state(backend, "RUNNING")


def test_fails_for_work_that_may_fail_without_a_state_for_that():
    with pytest.raises(ValueError, match="a step with work needs a state for when it fails"):
        Step(then="RUNNING", work=lambda _backend, _record: None)
