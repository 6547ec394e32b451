"""Work goes on after a call, and ends with a change that happens alone."""

import threading

import pytest
from local_aws.core.background import Background, Ending
from local_aws.core.errors import LocalAwsError

LIMIT_SEC = 60


class Kept:
    """A state that counts its changes."""

    def __init__(self) -> None:
        self.changes = 0

    def changed(self) -> None:
        self.changes += 1

    def wait_until_saved(self) -> None:
        pass


@pytest.fixture
def background():
    made = Background()
    yield made
    made.close(LIMIT_SEC)


def wait_for(event: threading.Event) -> None:
    assert event.wait(LIMIT_SEC)


def test_work_begins_when_the_call_that_started_it_has_ended(background):
    began, done = threading.Event(), threading.Event()
    with background.changing:
        background.start(began.set, lambda _problem: done.set())
        assert not began.wait(0.05)
    wait_for(done)


def test_two_works_run_side_by_side(background):
    both, ends = threading.Barrier(2), [threading.Event(), threading.Event()]
    for end in ends:
        background.start(lambda: both.wait(LIMIT_SEC), lambda _problem, end=end: end.set())
    for end in ends:
        wait_for(end)


def test_the_change_after_work_happens_alone_and_is_kept(background):
    kept, done = Kept(), threading.Event()
    background.open(kept)

    def then(_problem) -> None:
        assert background.changing.locked()
        done.set()

    background.start(lambda: None, then)
    wait_for(done)
    with background.changing:
        assert kept.changes == 1


def test_nothing_changes_while_somebody_reads_the_state(background):
    done = threading.Event()
    with background.reading():
        background.start(lambda: None, lambda _problem: done.set())
        assert not done.wait(0.05)
    wait_for(done)


def test_the_change_knows_why_the_work_failed(background):
    problems, done = [], threading.Event()

    def fail() -> None:
        raise LocalAwsError("no disk")

    background.start(fail, lambda problem: (problems.append(str(problem)), done.set()))
    wait_for(done)
    assert problems == ["no disk"]


def test_a_bug_in_the_work_is_a_problem_too(background, capsys):
    problems, done = [], threading.Event()
    background.start(lambda: 1 / 0, lambda problem: (problems.append(str(problem)), done.set()))
    wait_for(done)
    assert problems == ["it failed inside the local AWS (ZeroDivisionError: division by zero)"]
    assert "ZeroDivisionError" in capsys.readouterr().err


def test_nothing_changes_after_the_end():
    background, began, release, changes = Background(), threading.Event(), threading.Event(), []

    def work() -> None:
        began.set()
        release.wait(LIMIT_SEC)

    background.start(work, lambda _problem: changes.append("work"))
    wait_for(began)
    background.close(0.01)
    for attempt in (background.change, background.reading):
        with pytest.raises(Ending), attempt():
            changes.append("change")
    release.set()
    background.close(LIMIT_SEC)
    assert changes == []


def test_a_pause_ends_with_the_local_aws():
    background, ended, changes = Background(), threading.Event(), []

    def work() -> None:
        try:
            background.pause(LIMIT_SEC)
        except Ending:
            ended.set()
            raise

    background.start(work, lambda _problem: changes.append("work"))
    background.close(LIMIT_SEC)
    assert ended.is_set()
    assert changes == []


@pytest.mark.parametrize(("has_changed", "expected"), [(True, 1), (False, 0)])
def test_a_look_is_saved_when_it_changed_something(background, has_changed, expected):
    state = Kept()
    background.open(state)
    background.change_if(lambda: has_changed)
    assert state.changes == expected


def test_fails_to_look_after_the_end(background):
    background.close(LIMIT_SEC)
    with pytest.raises(Ending):
        background.change_if(lambda: True)


def test_others_change_the_state_while_a_call_waits():
    background = Background()
    with background.changing:
        with background.waiting():
            assert background.changing.acquire(blocking=False)
            background.changing.release()
        assert background.changing.locked()


def test_a_wait_of_a_call_ends_with_the_local_aws():
    background = Background()
    with background.changing, pytest.raises(Ending), background.waiting():
        background.close(0)
    assert not background.changing.locked()
