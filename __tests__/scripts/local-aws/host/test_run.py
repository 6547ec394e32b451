"""A command on a machine: its exit code, its output, and its end."""

import hashlib
import signal
import threading
import time

import pytest
from local_aws.host.commands import MachineError
from local_aws.host.containers.processes import command_line
from local_aws.host.execution import KEPT_BYTES, Command, Ending

HANGS = "trap '' TERM; sleep 600 & exec sleep 600"


@pytest.fixture
def run(machines, machine):
    return lambda *argv, **options: machines.fleet.run(machine, argv, **options)


@pytest.fixture
def running(machines, machine):
    """Returns the number of processes on the machine with these words in their command line."""
    return lambda words: int(machines.say(machine, f"pgrep --full --count '{words[:-1]}[{words[-1]}]' || true"))


def test_returns_the_exit_code_and_both_outputs(run):
    done = run("sh", "-c", "echo out; echo err >&2; exit 7")
    assert (done.ending, done.exit_code, done.stdout.text, done.stderr.text) == (Ending.EXITED, 7, "out\n", "err\n")


@pytest.mark.parametrize("code", [0, 1, 200, 203, 217, 255])
def test_an_exit_code_is_the_command_s_own(run, code):
    assert run("sh", "-c", f"exit {code}").exit_code == code


def test_reads_the_input_to_its_end(run):
    data = bytes(range(256)) * 4000
    assert run("sha256sum", input=data).stdout.text.split() == [hashlib.sha256(data).hexdigest(), "-"]


def test_passes_words_on_as_they_are(run):
    words = ["$HOME", "%n", "a  b", "'", "${X}", "\\"]
    assert run("printf", "%s\n", *words).stdout.text.splitlines() == words


def test_runs_as_a_user_in_a_folder_with_variables(run):
    done = run("sh", "-c", 'id -un; pwd; echo "$HOME $GREETING"', user="admin", folder="/var/tmp",
               environment={"GREETING": "hello, you"})  # fmt: skip
    assert done.stdout.text.splitlines() == ["admin", "/var/tmp", "/home/admin hello, you"]


def test_a_variable_is_in_no_command_line(run):
    assert "s3cret" not in run("ps", "-eo", "args", environment={"PASSWORD": "s3cret"}).stdout.text


def test_says_which_signal_killed_it(run):
    done = run("sh", "-c", "kill -KILL $$")
    assert (done.ending, done.exit_code) == (Ending.KILLED, 128 + signal.SIGKILL)


def test_keeps_the_first_bytes_of_a_long_output(run):
    done = run("sh", "-c", f"head -c {KEPT_BYTES} /dev/zero; printf 'and more'")
    assert done.stdout.data == bytes(KEPT_BYTES)
    assert done.stdout.dropped_bytes == len("and more")


def test_its_time_limit_ends_everything_that_it_started(run, running):
    done = run("bash", "-c", HANGS.replace("600", "6001"), timeout_sec=1)
    assert done.ending is Ending.TIMED_OUT
    assert running("sleep 6001") == 0


def test_what_it_leaves_running_ends_with_it_unless_it_may_stay(machines, machine, running):
    for argument, stays in ((6002, False), (6003, True)):
        script = f"setsid sleep {argument} >/dev/null 2>&1 & echo started"
        machines.fleet.begin(machine, Command(["bash", "-c", script], keeps_children=stays)).wait()
    assert (running("sleep 6002"), running("sleep 6003")) == (0, 1)


def test_its_time_limit_ends_also_what_may_stay(machines, machine, running):
    script = "setsid sleep 6004 & sleep 600"
    command = Command(["bash", "-c", script], timeout_sec=1, keeps_children=True)
    assert machines.fleet.begin(machine, command).wait().ending is Ending.TIMED_OUT
    assert running("sleep 6004") == 0


def test_another_thread_cancels_it(machines, machine, running):
    execution = machines.fleet.begin(machine, Command(["bash", "-c", "echo begun; sleep 6005 & sleep 6005"]))
    wait_for(lambda: execution.stdout.text == "begun\n")
    canceller = threading.Thread(target=execution.cancel)
    canceller.start()
    assert execution.wait().ending is Ending.CANCELLED
    canceller.join()
    assert running("sleep 6005") == 0


def test_its_output_grows_in_files(machines, machine, tmp_path):
    script = "echo first; echo problem >&2; read -r line < /tmp/go; echo $line"
    machines.say(machine, "mkfifo /tmp/go")
    execution = machines.fleet.begin(machine, Command(["bash", "-c", script], output=tmp_path / "output"))
    wait_for(lambda: (tmp_path / "output/stderr").read_text() == "problem\n")
    assert (tmp_path / "output/stdout").read_text() == "first\n"
    machines.say(machine, "echo second > /tmp/go; rm /tmp/go")
    execution.wait()
    assert (tmp_path / "output/stdout").read_text() == "first\nsecond\n"


def test_has_a_control_group_of_its_own_in_the_machine(run):
    assert ":/system.slice/local-aws-" in run("cat", "/proc/self/cgroup").stdout.text


@pytest.mark.parametrize(
    ("argv", "options", "why"),
    [
        (["no-such-program"], {}, "could not run no-such-program: Failed to find executable no-such-program"),
        (["true"], {"user": "nobody-here"}, "could not run true: it has no user nobody-here"),
        (["true"], {"folder": "/nowhere"}, "could not run true: it has no folder /nowhere"),
    ],
    ids=["program", "user", "folder"],
)
def test_fails_in_one_sentence_when_it_cannot_begin(run, machine, argv, options, why):
    with pytest.raises(MachineError, match=f"instance {machine} {why}"):
        run(*argv, **options)


def test_waits_for_a_machine_that_boots(machines):
    booting = machines.boot(1, user_data=b"#cloud-config\nbootcmd: [[sleep, '2']]\n")
    assert machines.say(booting, "id -un") == "root"
    machines.remove(booting)


def test_fails_on_a_machine_that_is_off(machines):
    spec = machines.spec(2)
    with pytest.raises(MachineError, match=f"instance {spec.id} is off: start it, and run true then"):
        machines.fleet.run(spec.id, ["true"])
    machines.fleet.remove(spec.id)


def test_fails_when_the_machine_is_cut_off_meanwhile(machines):
    cut = machines.boot(3)
    execution = machines.fleet.begin(cut, Command(["bash", "-c", "echo begun; sleep 600"]))
    wait_for(lambda: execution.stdout.text == "begun\n")
    machines.fleet.get(cut).cut_off()
    with pytest.raises(MachineError, match=f"instance {cut} went off while it ran bash"):
        execution.wait()
    machines.remove(cut)


def test_a_shutdown_ends_it_in_good_order(machines):
    halted = machines.boot(5)
    script = "trap 'echo asked; exit 3' TERM; echo begun; sleep 600 & wait"
    execution = machines.fleet.begin(halted, Command(["bash", "-c", script]))
    wait_for(lambda: execution.stdout.text == "begun\n")
    machines.remove(halted)
    wait_for(lambda: execution.stdout.text == "begun\nasked\n")


def test_is_cancelled_while_it_waits_for_a_boot(machines):
    slow = machines.boot(4, user_data=b"#cloud-config\nbootcmd: [[sleep, '600']]\n")
    execution = machines.fleet.begin(slow, Command(["true"]))
    execution.cancel()
    assert execution.wait().ending is Ending.CANCELLED
    machines.remove(slow)


def test_connects_as_a_program_on_the_machine_does(machines, machine):
    machines.say(machine, "getent hosts localhost")
    with machines.fleet.connect(machine, "localhost", 22) as connection:
        assert connection.recv(7) == b"SSH-2.0"


@pytest.mark.parametrize(
    ("host", "port", "why"),
    [
        ("127.0.0.1", 9, "could not connect to 127.0.0.1:9: connection refused"),
        ("nowhere.invalid", 22, "knows no host nowhere.invalid"),
    ],
    ids=["port", "host"],
)
def test_fails_in_one_sentence_when_nobody_answers(machines, machine, host, port, why):
    with pytest.raises(MachineError, match=f"instance {machine} {why}"):
        machines.fleet.connect(machine, host, port)


def test_the_processes_of_a_service_are_seen_while_it_runs(machines, machine):
    machines.say(machine, "systemd-run -q --unit=seen sleep 600")
    (process,) = machines.fleet.processes_of(machine, "seen.service")
    assert command_line(process) == ["/usr/bin/sleep", "600"]
    machines.say(machine, "systemctl stop seen")
    assert list(machines.fleet.processes_of(machine, "seen.service")) == []


def test_connects_to_a_socket_in_the_machine_s_file_system(machines, machine):
    with machines.fleet.connect_to_socket(machine, "/run/dbus/system_bus_socket") as connection:
        connection.sendall(b"\0AUTH EXTERNAL\r\n")
        assert connection.recv(4) in (b"DATA", b"OK 0", b"REJE")


def test_fails_for_a_link_that_would_lead_out_of_the_machine(machines, machine):
    machines.say(machine, "ln -sf /run/dbus/system_bus_socket /run/link.sock")
    with pytest.raises(OSError, match=r"/run/link\.sock of machine .* is no socket"):
        machines.fleet.connect_to_socket(machine, "/run/link.sock")


def test_fails_to_connect_to_a_machine_that_is_off(machines):
    with pytest.raises(OSError, match="instance i-absent is off"):
        machines.fleet.connect_to_socket("i-absent", "/run/docker.sock")
    assert machines.fleet.processes_of("i-absent", "ecs.service") == ()


def wait_for(condition, limit_sec=600):
    deadline = time.monotonic() + limit_sec
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
