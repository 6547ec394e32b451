import json

import idle_signs
import pytest


@pytest.mark.parametrize(
    ("tcp", "tcp6", "found"),
    [
        ([], [], ("none", False)),
        # Another port, sshd that listens, a connection that ends.
        ([(2223, "01"), (2222, "0A"), (2222, "06")], [], ("none", False)),
        ([(2222, "01")], [], ("1 connection to port 2222", True)),
        ([(2222, "01")], [(2222, "01")], ("2 connections to port 2222", True)),
    ],
)
def test_counts_connections_to_sshd(idle_machine, configuration, tcp, tcp6, found):
    idle_machine.connections(*tcp)
    idle_machine.connections(*tcp6, table="tcp6")
    assert idle_signs.ssh_connections(configuration) == found


@pytest.mark.parametrize(
    ("session", "found"),
    [
        ("Name=admin\nClass=user\nState=active", ("admin", True)),
        ("Name=admin\nClass=user-early\nState=online", ("admin", True)),
        ("Name=admin\nClass=user\nState=closing", ("none", False)),
        ("Name=root\nClass=background\nState=active", ("none", False)),
        ("Name=admin\nClass=manager\nState=active", ("none", False)),
    ],
)
def test_lists_sessions_of_people(idle_machine, session, found):
    idle_machine.program("loginctl", f"case $1 in list-sessions) echo '1 0 x';; *) echo '{session}';; esac")
    assert idle_signs.sessions() == found


def test_tells_sessions_apart_and_leaves_out_one_that_has_ended_meanwhile(idle_machine):
    idle_machine.program(
        "loginctl",
        "case $1 in list-sessions) printf '1 0 x\\n2 0 x\\n3 0 x\\n'; exit;; esac\n"
        "case $2 in 1) printf 'Name=a\\nClass=user\\nState=closing\\n';;\n"
        "2) printf 'Name=b\\nClass=user\\nState=active\\n';;\n"
        "*) echo \"Failed to get session path: No session '3' known\" >&2; exit 1;; esac",
    )
    assert idle_signs.sessions() == ("b", True)


def test_no_session_is_none(idle_machine):
    assert idle_signs.sessions() == ("none", False)


@pytest.mark.parametrize(
    ("command", "busy"), [("/usr/bin/ssm-session-worker", True), ("/usr/bin/ssm-agent-worker", False)]
)
def test_counts_sessions_of_systems_manager(idle_machine, command, busy):
    idle_machine.process(17, command)
    assert idle_signs.manager_sessions() == (("1 connection", True) if busy else ("none", False))


@pytest.mark.parametrize(
    ("states", "found"),
    [
        ([], ("no kernels", False)),
        (["idle"], ("0 of 1 kernel busy", False)),
        (["starting", "idle"], ("0 of 2 kernels busy", False)),
        (["idle", "busy"], ("1 of 2 kernels busy", True)),
    ],
)
def test_asks_jupyterlab_for_busy_kernels(jupyter, states, found):
    configuration, answer = jupyter
    answer["body"] = json.dumps([{"id": "x", "execution_state": state} for state in states])
    assert idle_signs.busy_kernels(configuration) == found


def test_without_jupyterlab_no_kernel_is_busy(idle_machine, configuration):
    assert idle_signs.busy_kernels(configuration) == ("nothing listens on port 1", False)


@pytest.mark.parametrize(
    ("status", "body", "why"),
    [
        (403, "[]", "answers 403 to the question for its kernels"),
        (200, "<html>", "does not answer as JupyterLab does"),
        (200, '{"message": "x"}', "does not answer as JupyterLab does"),
        (200, "[{}]", "does not answer as JupyterLab does"),
    ],
)
def test_what_jupyterlab_does_not_tell_counts_as_busy(jupyter, status, body, why):
    configuration, answer = jupyter
    answer.update(status=status, body=body)
    found = idle_signs.sign("JupyterLab", idle_signs.busy_kernels, configuration)
    assert found.busy
    assert found.found.startswith("cannot tell: port ")
    assert why in found.found


def test_without_its_token_jupyterlab_counts_as_busy(idle_machine, jupyter):
    (idle_machine.folder / "token").unlink()
    found = idle_signs.sign("JupyterLab", idle_signs.busy_kernels, jupyter[0])
    assert found == ("JupyterLab", f"cannot tell: no token of JupyterLab in {idle_machine.folder}/token", True)


def test_jupyterlab_that_never_answers_counts_as_busy(idle_machine, jupyter, monkeypatch):
    monkeypatch.setattr(idle_signs, "LIMIT_SEC", 0.001)
    monkeypatch.setattr(idle_signs.http.client.HTTPConnection, "getresponse", never)
    assert idle_signs.sign("JupyterLab", idle_signs.busy_kernels, jupyter[0]).busy


def never(connection):
    raise TimeoutError("timed out")


def test_looks_for_the_mark_of_a_busy_repl(idle_machine):
    assert idle_signs.busy_repl() == ("not busy", False)
    (idle_machine.folder / "busy").touch()
    assert idle_signs.busy_repl() == ("busy", True)


@pytest.mark.parametrize(
    ("what", "mode", "busy"),
    [
        ("shutdown", "block", True),
        ("sleep:shutdown", "block", True),
        ("sleep", "block", False),
        ("shutdown", "delay", False),
        # Does not concern root.
        ("shutdown", "block-weak", False),
    ],
)
def test_lists_what_blocks_a_shutdown(idle_machine, what, mode, busy):
    answer = json.dumps({"type": "a(ssssuu)", "data": [[[what, "APT", "it installs packages", mode, 0, 577]]]})
    idle_machine.program("busctl", f"echo '{answer}'")
    assert idle_signs.inhibitors() == (("APT: it installs packages", True) if busy else ("none", False))


@pytest.mark.parametrize("program", ["loginctl", "busctl"])
def test_a_program_that_fails_counts_as_busy(idle_machine, configuration, program):
    idle_machine.program(program, "echo 'no bus' >&2; exit 1")
    busy = [sign for sign in idle_signs.signs(configuration) if sign.busy]
    assert [sign.found for sign in busy] == [f"cannot tell: {program} says no bus"]


def test_a_program_that_is_missing_counts_as_busy(idle_machine, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    found = idle_signs.sign("sessions", idle_signs.sessions)
    assert found.busy
    assert found.found.startswith("cannot tell: loginctl: ")


def test_an_answer_of_another_shape_counts_as_busy(idle_machine):
    idle_machine.program("busctl", "echo '{}'")
    assert idle_signs.sign("inhibitors", idle_signs.inhibitors).busy


def test_a_quiet_machine_shows_nothing_busy(idle_machine, configuration):
    assert [sign for sign in idle_signs.signs(configuration) if sign.busy] == []
