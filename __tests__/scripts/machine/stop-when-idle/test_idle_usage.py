import idle_usage
import pytest
from idle_usage import Sample


def busy(*samples):
    return [sign.name for sign in idle_usage.signs([Sample(*each) for each in samples]) if sign.busy]


@pytest.mark.parametrize(
    ("seconds", "percent"),
    [(5.9, []), (6.0, ["processors"]), (120.0, ["processors"])],
)
def test_use_of_the_processors_is_a_share_of_one(seconds, percent):
    assert busy((0, 10_000_000, 0), (60, 10_000_000 + int(seconds * 1e6), 0)) == percent


@pytest.mark.parametrize(("sent", "found"), [(599_000, []), (600_000, ["network"])])
def test_use_of_the_network_is_bytes_a_second(sent, found):
    assert busy((0, 0, 5), (60, 0, 5 + sent)) == found


def test_an_interface_that_goes_is_no_work():
    assert busy((0, 0, 10**9), (60, 0, 0)) == []


def test_one_sample_tells_nothing():
    assert busy((0, 10**9, 10**9)) == []
    assert [sign.found for sign in idle_usage.signs([Sample(0, 10**9, 10**9)])] == ["not measured yet"] * 2


def test_a_burst_is_no_work_over_the_whole_window():
    # 20 seconds of a processor within one minute of five.
    samples = [(minute * 60, 0 if minute < 3 else 20_000_000, 0) for minute in range(6)]
    assert busy(*samples) == []
    assert busy(*samples[2:4]) == ["processors"]


def test_keeps_the_window_and_one_sample_before_it():
    samples = [Sample(time, 0, 0) for time in range(0, 600, 60)]
    assert [each.time for each in idle_usage.kept(samples, 300)] == [240, 300, 360, 420, 480, 540]
    assert idle_usage.kept(samples[:2], 300) == samples[:2]


def test_reads_the_counters_of_the_whole_machine_without_the_loopback_interface(idle_machine):
    idle_machine.counters(12.5, 4001)
    assert idle_usage.sample(7) == (7, 12_500_000, 4001)
