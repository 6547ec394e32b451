"""The state is saved a moment after it changed, and whoever has to wait for that can."""

import threading
import time

import pytest
from local_aws.core import saver as saver_module
from local_aws.core.background import Background, Ending
from local_aws.core.saver import Saver

LIMIT_SEC = 60


class Picture:
    """Writes are counted, and fail while `problem` is set."""

    def __init__(self) -> None:
        self.value = 0
        self.written: list[int] = []
        self.problem: OSError | None = None
        self.takes_sec = 0.0

    def take(self) -> bytes:
        return str(self.value).encode()

    def write(self, picture: bytes) -> None:
        if self.problem:
            raise self.problem
        time.sleep(self.takes_sec)
        self.written.append(int(picture))


@pytest.fixture
def picture():
    return Picture()


@pytest.fixture
def saver(picture):
    made = Saver(picture, threading.Lock())
    made.start()
    yield made
    made.end()


def until(condition) -> None:
    deadline = time.monotonic() + LIMIT_SEC
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_change_is_saved_by_itself(saver, picture):
    picture.value = 1
    saver.changed()
    until(lambda: saver.is_saved)
    assert picture.written == [1]


def test_waiting_returns_when_the_change_is_on_the_disk(saver, picture):
    for value in range(1, 4):
        picture.value = value
        saver.changed()
        saver.wait_until_saved()
        assert picture.written[-1] == value


def test_many_changes_are_saved_together(saver, picture):
    picture.takes_sec = 0.01
    for value in range(1, 501):
        picture.value = value
        saver.changed()
    until(lambda: saver.is_saved)
    assert picture.written[-1] == 500
    assert len(picture.written) < 50


def test_a_slow_save_is_no_reason_to_pause_for_long(saver, picture, monkeypatch):
    # By this share alone, the pause would be longer than this test waits.
    monkeypatch.setattr(saver_module, "SHARE", 0.01 / LIMIT_SEC / 2)
    picture.takes_sec = 0.01
    for saves in (1, 2):
        saver.changed()
        until(lambda saves=saves: len(picture.written) == saves)


def test_fails_and_says_why_until_it_can_save_again(saver, picture, capsys):
    picture.problem = OSError(28, "No space left on device")
    saver.changed()
    until(lambda: saver.problem is not None)
    assert saver.problem == "OSError: [Errno 28] No space left on device"
    assert not saver.is_saved
    with pytest.raises(OSError, match="No space left"):
        saver.save()
    picture.problem = None
    saver.save()
    assert saver.problem is None
    assert saver.is_saved
    assert "cannot save the state: [Errno 28] No space left on device" in capsys.readouterr().err


def test_whoever_waits_stops_at_the_end_when_nothing_was_saved(saver, picture):
    picture.problem = OSError(28, "No space left on device")
    background, before, done = Background(), [], []
    background.open(saver)
    saver.changed()

    def remove_when_saved() -> None:
        before.append("waits")
        background.wait_until_saved()
        done.append("removed")

    background.start(remove_when_saved, lambda _problem: done.append("noted"))
    until(lambda: before and saver.problem)
    saver.end()
    until(lambda: background.under_way == 0)
    assert done == []
    with pytest.raises(Ending):
        saver.wait_until_saved()


def test_whoever_waits_goes_on_at_the_end_when_everything_was_saved(saver, picture):
    picture.value = 1
    saver.changed()
    saver.save()
    saver.end()
    saver.wait_until_saved()
    assert picture.written[-1] == 1
