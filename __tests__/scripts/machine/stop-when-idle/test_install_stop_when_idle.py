import getpass

import install_stop_when_idle
import pytest

USER = getpass.getuser()
INSTALLED = [
    "etc/systemd/system/workbench-stop-when-idle.service",
    "etc/systemd/system/workbench-stop-when-idle.timer",
    "etc/workbench/stop-when-idle.conf",
    "usr/local/bin/workbench-idle",
    "usr/local/lib/workbench/stop-when-idle/README.md",
    *[
        f"usr/local/lib/workbench/stop-when-idle/{name}.py"
        for name in ("idle_configuration", "idle_signs", "idle_usage", "install_stop_when_idle", "stop_when_idle")
    ],
]


def files(root):
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_installs_everything_and_starts_the_timer(idle_machine, root):
    install_stop_when_idle.main("60", "2222", "20001", USER)
    assert files(root) == INSTALLED
    assert (root / "usr/local/bin/workbench-idle").stat().st_mode & 0o777 == 0o755
    assert (root / "etc/workbench/stop-when-idle.conf").read_text().splitlines()[1:] == [
        "after-sec=3600",
        "window-sec=300",
        "ssh-port=2222",
        "jupyter-port=20001",
        f"user={USER}",
    ]
    assert idle_machine.asked_of("systemctl") == [
        "systemctl daemon-reload",
        "systemctl start workbench-stop-when-idle.service",
        "systemctl enable --quiet workbench-stop-when-idle.timer",
        "systemctl restart workbench-stop-when-idle.timer",
    ]


def test_another_run_begins_the_count_anew(idle_machine, root):
    state = root / "run/workbench-stop-when-idle/state.json"
    state.parent.mkdir(parents=True)
    state.touch()
    install_stop_when_idle.main("60", "2222", "20001", USER)
    assert not state.exists()


def test_never_removes_everything(idle_machine, root):
    install_stop_when_idle.main("60", "2222", "20001", USER)
    install_stop_when_idle.main("never")
    assert files(root) == []
    assert idle_machine.asked_of("systemctl")[4:] == [
        "systemctl disable --quiet --now workbench-stop-when-idle.timer",
        "systemctl stop workbench-stop-when-idle.service",
        "systemctl daemon-reload",
    ]


def test_never_leaves_other_programs_alone(idle_machine, root):
    other = root / "usr/local/lib/workbench/mount-data-volume"
    other.parent.mkdir(parents=True)
    other.touch()
    install_stop_when_idle.main("never")
    assert files(root) == ["usr/local/lib/workbench/mount-data-volume"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], r"expected the minutes, .* got 0 arguments; see the head of this script$"),
        (["soon", "2222", "20001", USER], r'arguments: after-sec: expected a whole number above 0, got "soon"$'),
        (["60", "2222", "20001", "no-such"], r"arguments: user: expected a user of this machine"),
    ],
)
def test_fails_for_wrong_arguments_and_installs_nothing(idle_machine, root, arguments, sentence):
    with pytest.raises(SystemExit, match=f"^install-stop-when-idle: {sentence}"):
        install_stop_when_idle.main(*arguments)
    assert files(root) == []


def test_fails_for_another_user_than_root(idle_machine, root, monkeypatch):
    monkeypatch.setattr(install_stop_when_idle.os, "geteuid", lambda: 1000)
    with pytest.raises(SystemExit, match=r"expected to run as root, got the user id 1000; run it with sudo$"):
        install_stop_when_idle.main("never")


def test_fails_with_one_sentence_if_systemd_fails(idle_machine, root):
    idle_machine.program("systemctl", "echo 'no systemd' >&2; exit 1")
    with pytest.raises(SystemExit, match=r"systemctl daemon-reload: expected it to work, got no systemd; mend that"):
        install_stop_when_idle.main("60", "2222", "20001", USER)


def test_fails_if_the_first_check_fails_and_starts_no_timer(idle_machine, root):
    idle_machine.program("systemctl", "[ $1 != start ] || { echo 'Job failed.' >&2; exit 1; }")
    with pytest.raises(SystemExit, match=r"got Job failed\.; journalctl --unit workbench-stop-when-idle says why$"):
        install_stop_when_idle.main("60", "2222", "20001", USER)
    assert "systemctl enable --quiet workbench-stop-when-idle.timer" not in idle_machine.asked_of("systemctl")
