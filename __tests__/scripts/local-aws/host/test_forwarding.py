"""Forwarding belongs to the whole host. The last local AWS turns it off, and no earlier one does."""

import fcntl
import threading

import pytest
from local_aws.host import forwarding


@pytest.fixture
def bridges(tmp_path, monkeypatch):
    """The bridges of all local AWSs on a host that did not forward before. The file SWITCH says whether it does now."""
    bridges: list[str] = []
    for name in ("SWITCH", "WAS_OFF", "LOCK"):
        monkeypatch.setattr(forwarding, name, tmp_path / name)
    monkeypatch.setattr(forwarding, "_bridges", lambda: list(bridges))
    monkeypatch.setattr(forwarding, "remove_rules", lambda _comment: None)
    forwarding.SWITCH.write_text("1\n")
    forwarding.WAS_OFF.touch()
    return bridges


def test_is_turned_off_by_the_last(bridges):
    bridges.append("lwb000000")
    forwarding.turn_off()
    assert forwarding.SWITCH.read_text() == "1\n"
    bridges.clear()
    forwarding.turn_off()
    assert forwarding.SWITCH.read_text() == "0\n"
    assert not forwarding.WAS_OFF.exists()


def test_stays_on_for_a_local_aws_that_starts_while_the_last_one_ends(bridges):
    with forwarding.LOCK.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ending = threading.Thread(target=forwarding.turn_off)
        ending.start()
        # Within this time, a thread that ignores the lock looks for bridges. A thread that waits passes in any case.
        ending.join(0.5)
        bridges.append("lwb000000")
    ending.join()
    assert forwarding.SWITCH.read_text() == "1\n"
