"""Start, stop and clean, and the problems with them that a user can fix."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from local_aws.__main__ import main
from local_aws.core import files
from local_aws.core.errors import LocalAwsError, told_of
from local_aws.host.clean_up import StillMounted
from local_aws.host.commands import MachineError


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_in_good_order(start, tmp_path, number):
    server = start(tmp_path / "home")
    assert server.stop(number) == 0
    assert not (server.home / "server.json").exists()


def test_health_and_the_server_file_say_where_it_is(start, tmp_path):
    server = start(tmp_path / "home", 0, "--network", "198.18.240.0/24")
    written = json.loads((server.home / "server.json").read_text())
    assert written == {"pid": server.process.pid, "port": server.port, "network": "198.18.240.0/24"}
    server.wait_until_saved()
    assert server.health() | {"proof": ""} == {
        "ready": True,
        "proof": "",
        "saved": True,
        "under_way": 0,
        "pid": server.process.pid,
        "home": str(tmp_path / "home"),
        "network": "198.18.240.0/24",
        "machines": False,
        "missing": [],
    }


def test_its_key_is_made_once_and_its_folder_is_for_its_user_alone(start, tmp_path):
    server = start(tmp_path / "home")
    made = (server.home / "credentials").read_text()
    server.stop()
    server.start()
    assert (server.home / "credentials").read_text() == made
    assert start(tmp_path / "other").home.joinpath("credentials").read_text() != made
    modes = {name: stat.S_IMODE((server.home / name).stat().st_mode) for name in (".", "credentials", "server.json")}
    assert modes == {".": 0o700, "credentials": 0o600, "server.json": 0o600}


def test_fails_in_one_sentence_when_its_key_cannot_be_read(command, tmp_path):
    (tmp_path / "credentials").write_text("[default]\naws_access_key_id = half\n")
    code, printed = command("serve", "--home", tmp_path, "--port", 0)
    assert (code, printed.splitlines()) == (
        1,
        [
            f"local-aws: {tmp_path / 'credentials'} holds no access key (expected a profile default with "
            "aws_access_key_id and aws_secret_access_key): remove the file, and the next start makes a key"
        ],
    )


@pytest.mark.skipif(os.geteuid() != 0, reason="gives files away, which takes root")
def test_what_root_makes_belongs_to_the_owner_of_the_program(tmp_path, monkeypatch):
    program, made = tmp_path / "program", tmp_path / "made"
    for file in (program, made):
        file.touch()
    os.chown(program, 65534, 65534)
    monkeypatch.setattr(files, "__file__", str(program))
    files.hand_over(made)
    assert (made.stat().st_uid, made.stat().st_gid) == (65534, 65534)


def test_fails_in_one_sentence_when_the_port_is_taken(command, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = holder.getsockname()[1]
        code, printed = command("serve", "--home", tmp_path / "home", "--port", port)
    assert code == 1
    assert printed.splitlines() == [
        f"local-aws: cannot listen on 127.0.0.1:{port} (address already in use): stop the program that uses this port, "
        "or give another --port"
    ]
    assert not (tmp_path / "home").exists()


def test_fails_in_one_sentence_when_the_home_is_taken(command, start, tmp_path):
    server = start(tmp_path / "home")
    code, printed = command("serve", "--home", server.home, "--port", 0)
    assert code == 1
    assert printed.splitlines() == [
        f"local-aws: a local AWS already runs in {server.home} (process {server.process.pid} on port {server.port}): "
        "stop it first, or give another --home"
    ]
    assert server.health()["ready"]


def test_fails_in_one_sentence_when_the_home_cannot_be_made(command, tmp_path):
    (tmp_path / "file").touch()
    code, printed = command("serve", "--home", tmp_path / "file" / "home", "--port", 0)
    assert (code, printed.splitlines()) == (1, [f"local-aws: Not a directory: {tmp_path / 'file' / 'home'}"])


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("--port", "70000", "expected a port from 0 (any free one) to 65535, got 70000"),
        ("--network", "198.18.0.0/33", "invalid IPv4Network value: '198.18.0.0/33'"),
        ("--beside", "../thesis", "expected the name of a file or folder in the home, got '../thesis'"),
        ("--beside", "..", "expected the name of a file or folder in the home, got '..'"),
    ],
)
def test_fails_on_a_wrong_option(command, tmp_path, option, value, expected):
    code, printed = command("serve", "--home", tmp_path / "home", option, value)
    assert code == 2
    assert expected in printed
    assert not (tmp_path / "home").exists()


def test_starts_again_after_a_kill_in_the_same_home_and_port(start, tmp_path):
    server = start(tmp_path / "home")
    port = server.port
    server.kill()
    assert start(tmp_path / "home", port).port == port


def test_two_local_aws_share_nothing(start, tmp_path):
    one, other = start(tmp_path / "one"), start(tmp_path / "other")
    one.client("ec2").create_volume(Size=1, AvailabilityZone="eu-west-1a")
    assert len(one.client("ec2").describe_volumes()["Volumes"]) == 1
    assert other.client("ec2").describe_volumes()["Volumes"] == []


def test_clean_removes_the_home(command, start, tmp_path):
    server = start(tmp_path / "home")
    server.client("ec2").create_volume(Size=1, AvailabilityZone="eu-west-1a")
    server.stop()
    assert command("clean", "--home", server.home) == (0, "")
    assert not server.home.exists()
    assert command("clean", "--home", server.home) == (0, "")


def test_clean_fails_while_it_runs(command, start, tmp_path):
    server = start(tmp_path / "home")
    code, printed = command("clean", "--home", server.home)
    assert code == 1
    assert "already runs in" in printed
    assert server.health()["ready"]


def test_serve_fails_on_a_folder_of_something_else(command, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    code, printed = command("serve", "--home", tmp_path, "--port", 0)
    assert code == 1
    assert f"{tmp_path} holds thesis.txt: expected nothing, or a local AWS; give another" in printed
    assert os.listdir(tmp_path) == ["thesis.txt"]


def test_clean_keeps_what_is_not_its_own(start, command, tmp_path):
    local_aws = start(tmp_path / "home")
    local_aws.stop()
    (local_aws.home / "thesis.txt").write_text("years of work")
    code, printed = command("clean", "--home", local_aws.home)
    assert code == 1, printed
    assert (local_aws.home / "thesis.txt").read_text() == "years of work"
    # The sweep after the tests cleans every local AWS, and would fail on this one too.
    (local_aws.home / "thesis.txt").unlink()


def test_what_a_caller_keeps_beside_it_is_accepted_and_removed_with_it(start, command, tmp_path):
    home = tmp_path / "home"
    (home / "ssh").mkdir(parents=True)
    (home / "ssh" / "id").write_text("a key")
    start(home, 0, "--beside", "ssh").stop()
    assert command("clean", "--home", home)[0] == 1
    assert (home / "ssh" / "id").read_text() == "a key"
    assert command("clean", "--home", home, "--beside", "ssh") == (0, "")
    assert not home.exists()


def test_clean_fails_on_a_folder_of_something_else(command, tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    code, printed = command("clean", "--home", tmp_path)
    assert (code, printed.splitlines()) == (
        1,
        [f"local-aws: {tmp_path} is not the folder of a local AWS: it has no server.lock"],
    )
    assert os.listdir(tmp_path) == ["thesis.txt"]


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="needs Linux and root to mount")
def test_clean_fails_in_one_sentence_while_something_is_mounted_and_busy(start, command, tmp_path):
    server = start(tmp_path / "home")
    server.stop()
    mounted = server.home / "instances"
    mounted.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", mounted], check=True)
    try:
        with subprocess.Popen(["sleep", "60"], cwd=mounted) as user:
            code, printed = command("clean", "--home", server.home)
            user.kill()
    finally:
        subprocess.run(["umount", "--lazy", mounted], check=True)
    assert code == 1
    assert len(printed.splitlines()) == 1
    assert printed.startswith(f"local-aws: `umount {mounted}` failed with exit code 32:")
    assert "busy" in printed


@pytest.mark.parametrize("error", [StillMounted("/a is mounted"), MachineError("umount failed")])
def test_fails_in_one_sentence_for_what_a_machine_refuses(monkeypatch, capsys, error):
    assert run_clean(monkeypatch, error) == 1
    assert capsys.readouterr().err == f"local-aws: {error}\n"


def test_fails_with_a_stack_trace_for_a_defect(monkeypatch):
    with pytest.raises(OSError, match="a defect"):
        run_clean(monkeypatch, OSError("a defect"))


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (PermissionError(13, "Permission denied", "/home/file"), "Permission denied: /home/file"),
        (OSError("nothing of the system's"), "nothing of the system's: /home"),
    ],
)
def test_fails_in_one_sentence_for_what_the_system_refuses_in_the_home(error, sentence):
    with pytest.raises(LocalAwsError) as raised, told_of(Path("/home")):
        raise error
    assert str(raised.value) == sentence


def run_clean(monkeypatch, error):
    """Runs `python -m local_aws clean`, whose cleaning fails with an error."""

    def fail(_folder):
        raise error

    monkeypatch.setattr("local_aws.composition.clean", fail)
    monkeypatch.setattr(sys, "argv", ["local_aws", "clean", "--home", "/nowhere"])
    return main()
