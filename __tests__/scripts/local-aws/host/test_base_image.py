"""The base image appears when it is finished. A killed build leaves nothing behind.

To install Debian takes half a minute. Here, a stand-in for mmdebstrap does what each test needs. The other tests boot a
base image that the real mmdebstrap made.
"""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

BUILD = Path(__file__).parents[4] / "scripts/local-aws/base-image/build-base-image"
COMMANDS = ("sshd", "cloud-init", "sudo", "mkfs.xfs", "mkfs.ext4", "python3", "systemctl", "ip", "nc", "curl")
# Makes a root file system in which `chroot DIRECTORY sh -c "command -v NAME"` works. The script checks no more.
SUCCEEDS = f"""
for target; do :; done
mkdir -p "$target"/etc/{{systemd/system,ssl/certs,ssh}} "$target"/var/{{log,lib/cloud,lib/dbus}}
mkdir -p "$target"/{{tmp,usr/bin,bin}}
echo bundle >"$target/etc/ssl/certs/ca-certificates.crt"
echo key >"$target/etc/ssh/ssh_host_ed25519_key"
cp -L /bin/sh "$target/bin/sh"
ldd /bin/sh | grep -o '/[^ ]*' | while read -r library; do cp -L --parents "$library" "$target"; done
for name in {" ".join(COMMANDS)} update-ca-certificates; do
  printf '#!/bin/sh\\n' >"$target/usr/bin/$name"
  chmod +x "$target/usr/bin/$name"
done
"""
HANGS = """
for target; do :; done
mkdir -p "$target/proc"
mount -t tmpfs none "$target/proc"
touch "$target/half"
sleep 600
"""

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="building the base needs root")


@pytest.fixture
def build(tmp_path):
    """Runs build-base-image for tmp_path/base, with a stand-in for mmdebstrap."""
    tools = tmp_path / "tools"
    tools.mkdir()

    def start(program: str) -> subprocess.Popen[str]:
        # Each build gets a new file, since an earlier build may still read its own.
        stand_in = tools / "stand-in"
        stand_in.write_text(f"#!/bin/bash\nset -e\n{program}\n")
        stand_in.chmod(0o755)
        stand_in.rename(tools / "mmdebstrap")
        environment = {**os.environ, "PATH": f"{tools}:{os.environ['PATH']}"}
        return subprocess.Popen(
            [BUILD, tmp_path / "base"], env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    return start


def finish(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    output, errors = process.communicate(timeout=600)
    return process.returncode, output, errors


def wait_for(condition: Callable[[], bool], limit_sec: float = 600) -> None:
    deadline = time.monotonic() + limit_sec
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_running(pattern: str) -> bool:
    return subprocess.run(["pgrep", "-f", pattern], capture_output=True, check=False).returncode == 0


def test_builds_with_progress_and_without_anybody_s_identity(build, tmp_path):
    status, output, errors = finish(build(SUCCEEDS))
    assert (status, errors) == (0, "")
    assert [line.split(":")[0] for line in output.splitlines()] == [f"step {number}/4" for number in (1, 2, 3, 4)]
    base = tmp_path / "base"
    assert not list((base / "etc/ssh").glob("ssh_host_*"))
    assert (base / "etc/machine-id").read_text() == ""
    assert "name: admin" in (base / "etc/cloud/cloud.cfg.d/90_local_aws.cfg").read_text()
    assert sorted(file.name for file in tmp_path.iterdir()) == ["base", "tools"]


def test_a_second_build_takes_the_result_of_the_first(build, tmp_path):
    finish(build(SUCCEEDS))
    (tmp_path / "base/mark").touch()
    status, output, _errors = finish(build("exit 1"))
    assert (status, output) == (0, f"already built: {tmp_path / 'base'}\n")
    assert (tmp_path / "base/mark").exists()


def test_a_killed_build_leaves_nothing_that_looks_finished_and_the_next_one_cleans_it(build, tmp_path):
    killed = build(HANGS)
    wait_for((tmp_path / "base.partial/half").exists)
    killed.kill()
    killed.communicate()
    assert not (tmp_path / "base").exists()
    assert str(tmp_path) not in Path("/proc/mounts").read_text()
    wait_for(lambda: not is_running(f"mmdebstrap.*{tmp_path}"))
    status, _output, errors = finish(build(SUCCEEDS))
    assert (status, errors) == (0, "")
    assert not (tmp_path / "base/half").exists()
    assert not (tmp_path / "base.partial").exists()


def test_fails_with_the_end_of_the_log_when_debian_cannot_be_installed(build, tmp_path):
    status, _output, errors = finish(build("echo 'E: no mirror answers' >&2; exit 25"))
    assert status == 1
    assert "E: no mirror answers" in errors
    assert "mmdebstrap could not install Debian trixie" in errors
    assert not (tmp_path / "base").exists()


def test_fails_when_something_is_missing_in_the_result(build, tmp_path):
    status, _output, errors = finish(build(f'{SUCCEEDS}\nrm "$target/usr/bin/cloud-init"'))
    assert (status, errors) == (
        1,
        "build-base-image: the new base lacks cloud-init: add its package to PACKAGES in build-base-image\n",
    )
    assert not (tmp_path / "base").exists()


def test_of_two_builds_at_a_time_the_second_waits(build, tmp_path):
    started, go = tmp_path / "started", tmp_path / "go"
    first = build(f"touch {started}\nuntil [[ -e {go} ]]; do sleep 0.05; done\n{SUCCEEDS}")
    wait_for(started.exists)
    second = build("exit 1")
    said = [second.stdout.readline() for _ in range(2)]
    go.touch()
    assert finish(second) == (0, "", "")
    assert said == ["step 1/4: checking this machine\n", "step 1/4: waiting for another build of the same base\n"]
    assert finish(first)[0] == 0


@pytest.mark.parametrize("arguments", [[], ["--unknown"], ["a", "b"]])
def test_fails_for_wrong_usage(arguments):
    done = subprocess.run([BUILD, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "usage: build-base-image DIRECTORY" in done.stderr
