"""A base image whose machines have Docker, for tests that need it in machines. It is made once for each base image.

It is in the user's cache, beside the base images. To install Docker in each test would take longer than the test.
"""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

# The client is a package of its own in Debian. busybox-static alone makes a tiny image for `docker import`.
PACKAGES = ("docker.io", "docker-cli", "busybox-static")
INSTALL = f"""
export DEBIAN_FRONTEND=noninteractive
apt-get -q update
apt-get -q -y --no-install-recommends install {" ".join(PACKAGES)}
apt-get -q clean
"""
LIMIT_SEC = 900


def docker_base_image(base: Path) -> Path:
    """Returns a copy of a base image in which Docker is installed. Makes it when there is none yet."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "workbench"
    # The name of a base image has a hash of its recipe.
    made = cache / "docker-base-image" / f"{base.name}-{sha256(INSTALL.encode()).hexdigest()[:12]}"
    made.parent.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(made.with_suffix(".lock")):
        if not made.exists():
            partial = made.with_suffix(".partial")
            shutil.rmtree(partial, ignore_errors=True)
            subprocess.run(["cp", "-a", "--reflink=auto", base, partial], check=True)
            _install(partial)
            partial.rename(made)
    return made


@contextmanager
def _one_at_a_time(lock: Path) -> Iterator[None]:
    with lock.open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def _install(root: Path) -> None:
    resolver = root / "etc/resolv.conf"
    shutil.copyfile("/etc/resolv.conf", resolver)
    # In a process namespace of its own, nothing that a package starts outlives the installation.
    within = ["unshare", "--mount", "--pid", "--fork", "--kill-child", f"--mount-proc={root}/proc", "chroot", root]
    done = subprocess.run(
        [*within, "bash", "-ec", INSTALL], env={**os.environ, **_apt_proxy(), "LC_ALL": "C"}, stdin=subprocess.DEVNULL,
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
