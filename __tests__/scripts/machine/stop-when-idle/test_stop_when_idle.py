import json

import idle_configuration
import pytest
import stop_when_idle

MINUTE = 60


@pytest.fixture
def checks(idle_machine, configuration):
    """Checks each minute, as the timer does."""

    def check(minutes=1):
        for _ in range(minutes):
            stop_when_idle.check(configuration)
            idle_machine.now += MINUTE

    return check


@pytest.fixture
def stopped(idle_machine):
    return lambda: len(idle_machine.asked_of("systemctl")) > 0


def test_stops_after_so_long_without_anything(idle_machine, checks, stopped, capsys):
    checks(10)
    assert not stopped()
    checks()
    assert idle_machine.asked_of("systemctl")[0].startswith(
        "systemctl --check-inhibitors=yes --message=stop-when-idle: "
    )
    assert idle_machine.asked_of("systemctl")[0].endswith(" poweroff")
    assert capsys.readouterr().out.splitlines() == [
        "nothing keeps this machine running: it stops itself after 10 minutes of that",
        "nothing has kept this machine running for 10 minutes, so it stops itself now (ssh connections: none; "
        "sessions: none; Systems Manager sessions: none; JupyterLab: nothing listens on port 1; REPL: not busy; "
        "inhibitors: none; processors: 0.0 % of one (busy from 10 %); network: 0 bytes a second (busy from 10000)); "
        "its volumes and its address stay",
    ]


def connect(idle_machine, there):
    idle_machine.connections(*([(2222, "01")] if there else []))


def evaluate(idle_machine, there):
    (idle_machine.folder / "busy").touch() if there else (idle_machine.folder / "busy").unlink()


def inhibit(idle_machine, there):
    found = [["shutdown", "APT", "installs", "block", 0, 1]] if there else []
    idle_machine.program("busctl", f"echo '{json.dumps({'data': [found]})}'")


@pytest.mark.parametrize("something", [connect, evaluate, inhibit])
def test_something_begins_the_count_anew(idle_machine, checks, stopped, something):
    checks(9)
    something(idle_machine, True)
    checks(15)
    assert not stopped()
    something(idle_machine, False)
    checks(10)
    assert not stopped()
    checks()
    assert stopped()


@pytest.mark.parametrize(("processor_sec", "network_bytes"), [(6, 0), (0, 600_000)])
def test_use_of_the_machine_begins_the_count_anew(idle_machine, checks, stopped, processor_sec, network_bytes):
    checks()
    for minute in range(1, 20):
        idle_machine.counters(minute * processor_sec, minute * network_bytes)
        checks()
    assert not stopped()
    # Until the mean of the last five minutes sinks below the limit.
    checks(10)
    assert not stopped()
    checks(5)
    assert stopped()


def test_a_login_shorter_than_the_time_counts_in_full(idle_machine, checks, stopped):
    checks(10)
    connect(idle_machine, True)
    checks()
    connect(idle_machine, False)
    checks(10)
    assert not stopped()


@pytest.mark.parametrize(("gap_sec", "stops"), [(240, True), (400, False)])
def test_a_gap_between_checks_begins_the_count_anew(idle_machine, checks, stopped, gap_sec, stops):
    checks(10)
    idle_machine.now += gap_sec - MINUTE
    checks()
    assert stopped() == stops


def test_a_boot_begins_the_count_anew(idle_machine, checks, stopped):
    checks(10)
    # /run is empty, and the monotonic clock begins again.
    stop_when_idle.STATE.unlink()
    idle_machine.now = 10.0
    checks(10)
    assert not stopped()
    checks()
    assert stopped()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"time": 1}'])
def test_half_a_state_begins_the_count_anew(idle_machine, checks, stopped, text):
    checks(10)
    stop_when_idle.STATE.write_text(text)
    checks()
    assert not stopped()


def test_says_what_keeps_it_running_only_when_that_changes(idle_machine, checks, capsys):
    connect(idle_machine, True)
    checks(3)
    evaluate(idle_machine, True)
    checks(2)
    assert capsys.readouterr().out.splitlines() == [
        "this machine goes on running: ssh connections: 1 connection to port 2222",
        "this machine goes on running: ssh connections: 1 connection to port 2222; REPL: busy",
    ]


def test_fails_with_one_sentence_if_systemd_refuses_and_tries_again(idle_machine, checks):
    idle_machine.program("systemctl", "echo 'Operation inhibited by \"APT\"' >&2; exit 1")
    checks(10)
    for _ in range(2):
        with pytest.raises(
            stop_when_idle.ProblemError,
            match=r'^expected systemctl to power this machine off, got Operation inhibited by "APT"; the next check',
        ):
            checks()


def test_fails_with_one_sentence_without_the_counters(idle_machine, checks):
    (idle_machine.folder / "cpu.stat").write_text("nothing\n")
    with pytest.raises(stop_when_idle.ProblemError, match=r"^expected the counters .* got no usage_usec; boot with"):
        checks()


def test_explains_what_keeps_it_running(idle_machine, configuration):
    connect(idle_machine, True)
    text = stop_when_idle.explanation(configuration, stop_when_idle.look(configuration, None))
    assert text.splitlines() == [
        "LOOKED AT                 KEEPS IT RUNNING  FOUND",
        "ssh connections           yes               1 connection to port 2222",
        "sessions                  no                none",
        "Systems Manager sessions  no                none",
        "JupyterLab                no                nothing listens on port 1",
        "REPL                      no                not busy",
        "inhibitors                no                none",
        "processors                no                not measured yet",
        "network                   no                not measured yet",
        "This machine stops itself after 10 minutes without any of them.",
    ]


def test_explains_when_it_stops(idle_machine, configuration, checks):
    checks(4)
    state = stop_when_idle.look(configuration, stop_when_idle.load())
    assert stop_when_idle.explanation(configuration, state).splitlines()[-1] == (
        "This machine stops itself in 6 minutes, unless one of them changes until then."
    )


def test_explaining_changes_nothing(idle_machine, tmp_path, configuration, checks, stopped):
    file = tmp_path / "configuration"
    file.write_text(idle_configuration.text_of(configuration))
    checks(5)
    before = stop_when_idle.STATE.read_text()
    idle_machine.now += 10**6
    stop_when_idle.main("explain", str(file))
    assert (stop_when_idle.STATE.read_text(), stopped()) == (before, False)


def test_fails_with_one_sentence_without_a_configuration():
    with pytest.raises(SystemExit, match=r"^stop-when-idle: /no/file: expected the configuration"):
        stop_when_idle.main("check", "/no/file")
