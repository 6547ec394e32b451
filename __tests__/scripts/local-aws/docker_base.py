"""Base images whose machines have Docker, for tests that need it in machines. Each is made once for each base image.

They are in the user's cache, beside the base images. To install Docker in each test would take longer than the test.

Usage: python docker_base.py BASE     prints the path of a base image that is a container host as packer/ecs-host is
"""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

# The client is a package of its own in Debian. busybox-static alone makes a tiny image for `docker import`.
PACKAGES = ("docker.io", "docker-cli", "busybox-static")
INSTALL = f"""
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -q -y --no-install-recommends install {" ".join(PACKAGES)}
apt-get -q clean
"""
LIMIT_SEC = 900
ECS_HOST = Path(__file__).parents[3] / "packer" / "ecs-host"


def docker_base_image(base: Path) -> Path:
    """Returns a copy of a base image in which Docker is installed. Makes it when there is none yet."""
    return _made("docker-base-image", base, sha256(INSTALL.encode()), _install)


def container_host_base_image(base: Path) -> Path:
    """Returns a copy of a base image on which packer/ecs-host's own scripts ran. Makes it when there is none yet."""
    recipe = sha256()
    for file in sorted(file for folder in ("files", "provision") for file in (ECS_HOST / folder).rglob("*")):
        if file.is_file():
            recipe.update(f"{file.relative_to(ECS_HOST)}\0".encode() + file.read_bytes())
    return _made("container-host-base-image", docker_base_image(base), recipe, _provision)


def _made(kind: str, base: Path, recipe: Any, make: Callable[[Path], None]) -> Path:
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "workbench"
    # The name of a base image has a hash of its recipe.
    made = cache / kind / f"{base.name}-{recipe.hexdigest()[:12]}"
    made.parent.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(made.with_suffix(".lock")):
        if not made.exists():
            partial = made.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            subprocess.run(["cp", "-a", "--reflink=auto", base, partial], check=True)
            make(partial)
            partial.rename(made)
    return made


@contextmanager
def _one_at_a_time(lock: Path) -> Iterator[None]:
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _provision(root: Path) -> None:
    for source, target in (("files", "image"), ("provision", "provision")):
        shutil.copytree(ECS_HOST / source, root / "tmp" / target)
    _within(root, "for script in install-packages install-stand-in; do /tmp/provision/$script; done")
    for target in ("image", "provision"):
        shutil.rmtree(root / "tmp" / target)


def _install(root: Path) -> None:
    _within(root, INSTALL)


def _within(root: Path, script: str) -> None:
    resolver = root / "etc/resolv.conf"
    shutil.copyfile("/etc/resolv.conf", resolver)
    # In a process namespace of its own, nothing that a package starts outlives the installation.
    within = ["unshare", "--mount", "--pid", "--fork", "--kill-child", f"--mount-proc={root}/proc", "chroot", root]
    environment = {**os.environ, **_apt_proxy(), "LC_ALL": "C", "SYSTEMD_OFFLINE": "1"}
    done = subprocess.run(
        [*within, "bash", "-ec", script], env=environment, stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=LIMIT_SEC, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    resolver.unlink()


def _apt_proxy() -> dict[str, str]:
    found = subprocess.run(
        ["apt-config", "shell", "proxy", "Acquire::http::Proxy"], capture_output=True, text=True, check=False
    )
    proxy = found.stdout.strip().removeprefix("proxy=").strip("'")
    return {"http_proxy": proxy} if proxy and proxy != "DIRECT" else {}


if __name__ == "__main__":
    print(container_host_base_image(Path(sys.argv[1])))
