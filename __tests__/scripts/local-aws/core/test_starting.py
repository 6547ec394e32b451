"""What services begin when the state is loaded."""

from local_aws.core import starting


def test_each_is_begun_in_its_order(monkeypatch):
    monkeypatch.setattr(starting, "_acts", [])
    begun = []
    starting.when_loaded(lambda: begun.append(1))
    starting.when_loaded(lambda: begun.append(2))
    assert begun == []
    starting.begin()
    assert begun == [1, 2]
