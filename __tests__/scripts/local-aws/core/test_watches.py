"""Looks that come again and again."""

import threading
from collections.abc import Iterator

import pytest
from local_aws.core import watches
from local_aws.core.background import Background


@pytest.fixture
def background(monkeypatch) -> Iterator[Background]:
    background = Background()
    monkeypatch.setattr(watches, "background", background)
    monkeypatch.setattr(watches, "_watches", [])
    yield background
    background.close(0)


def test_looks_again_and_again_after_the_start(background):
    looks, thrice = [], threading.Event()

    def look() -> None:
        looks.append(None)
        if len(looks) == 3:
            thrice.set()

    watches.watch("looks", 0.001, look)
    assert looks == []
    watches.start_watches()
    assert thrice.wait(60)


def test_looks_again_after_an_error_and_tells_it_once(background, capsys):
    looks, often = [], threading.Event()

    def look() -> None:
        looks.append(None)
        if len(looks) == 5:
            often.set()
        raise ValueError("no such queue")

    watches.watch("errors", 0.001, look)
    watches.start_watches()
    assert often.wait(60)
    assert capsys.readouterr().err.count("ValueError: no such queue") == 1
