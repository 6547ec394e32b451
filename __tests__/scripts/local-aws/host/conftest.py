"""A local AWS with machines for the tests of this folder, and commands in these machines.

The tests need Linux, root, the tools of systemd-nspawn and a base image: LOCAL_AWS_BASE_IMAGE, or the newest one in the
user's cache. Tests are skipped by name where one of these is missing, since a fake machine proves nothing.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cached_property
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import boto3
import pytest
from local_aws.host import clean_up
from local_aws.host.addresses import MachineAddresses
from local_aws.host.containers.driver import TOOLS as CONTAINER_TOOLS
from local_aws.host.driver import MachineSpec
from local_aws.host.fleet import Fleet, new_fleet
from local_aws.host.requirements import TOOLS
from places import Place, claim_place
from signing import keywords_of, read_health

REGION = "eu-central-1"
SOURCES = Path(__file__).parents[4] / "scripts" / "local-aws"
# A busy computer takes far less.
LIMIT_SEC = 600


def find_base_image() -> Path | None:
    """Returns the base image that the machines boot."""
    if os.environ.get("LOCAL_AWS_BASE_IMAGE"):
        return Path(os.environ["LOCAL_AWS_BASE_IMAGE"])
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "workbench" / "base-image"
    bases = [folder for folder in cache.glob("*-*") if (folder / "usr/lib/systemd/systemd").exists()]
    return max(bases, key=lambda folder: folder.stat().st_ctime, default=None)


def why_no_machines() -> str | None:
    """Says what this computer lacks for machines. None: nothing."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return "machines need Linux and root"
    missing = [tool for tool in (*TOOLS, *CONTAINER_TOOLS, "ssh", "mkfs.ext4") if not shutil.which(tool)]
    if missing:
        return f"machines need tools that are not installed: {', '.join(missing)}"
    return None if find_base_image() else "no base image: make one with scripts/local-aws/base-image/build-base-image"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    reason = why_no_machines()
    for item in items if reason else ():
        fixtures = set(getattr(item, "fixturenames", ()))
        if fixtures & {"local_aws", "make_local_aws", "machines"} or item.get_closest_marker("machines"):
            item.add_marker(pytest.mark.skip(reason=reason))


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "machines: needs Linux, root and a base image")


class Login:
    """The key that tests log in with."""

    def __init__(self, folder: Path) -> None:
        self.private = folder / "id_ed25519"
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.private], check=True)
        self.public = self.private.with_suffix(".pub").read_text()

    def ssh(
        self, address: str, command: str, port: int = 22, timeout_sec: float = LIMIT_SEC
    ) -> subprocess.CompletedProcess[str]:
        options = (
            "BatchMode=yes",
            "StrictHostKeyChecking=no",
            "UserKnownHostsFile=/dev/null",
            "LogLevel=ERROR",
            # A login takes long on a busy computer. Without a machine, the kernel reports that within seconds.
            "ConnectTimeout=300",
        )
        words = [
            "ssh",
            "-p",
            str(port),
            "-i",
            str(self.private),
            *(word for option in options for word in ("-o", option)),
        ]
        return subprocess.run(
            [*words, f"admin@{address}", command], capture_output=True, text=True, timeout=timeout_sec, check=False
        )


class LocalAws:
    """A local AWS in a process of its own."""

    def __init__(self, home: Path, port: int, network: str, login: Login, base_image: Path) -> None:
        self.home, self.port, self.network, self.login = home, port, network, login
        self._base_image = base_image
        self.process: subprocess.Popen[bytes] | None = None
        self.log = home.with_name(f"{home.name}.log")

    @cached_property
    def ec2(self) -> Any:
        """A client that waits after each change until it is done. Use it when the local AWS has made its key."""
        client = self.new_client()
        client.meta.events.register("after-call.ec2", self._wait_until_done)
        return client

    def new_client(self) -> Any:
        """Returns a client that does not wait."""
        url = f"http://127.0.0.1:{self.port}"
        return boto3.client("ec2", endpoint_url=url, region_name=REGION, **keywords_of(self.home))

    def _wait_until_done(self, model: Any, **_rest: Any) -> None:
        if not model.name.startswith(("Describe", "Get")):
            self.until(lambda: self.health().get("under_way") == 0)

    def start(self) -> "LocalAws":
        """Starts it. Returns when it is ready."""
        command = [sys.executable, "-m", "local_aws", "serve", "--home", self.home, "--port", str(self.port)]
        command += ["--network", self.network, "--base-image", self._base_image]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(word) for word in command], env={**os.environ, "PYTHONPATH": str(SOURCES)}, stdout=log, stderr=log
            )
        self.until(lambda: self.health().get("ready"), LIMIT_SEC, lambda: f"not ready: {self.log.read_text()}")
        return self

    def stop(self) -> None:
        """Ends it in good order."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(LIMIT_SEC) == 0

    def kill(self) -> None:
        """Ends it as a power cut would end the process, when everything is on the disk."""
        assert self.process is not None
        self.until(lambda: self.health().get("saved"))
        self.kill_at_once()

    def kill_at_once(self) -> None:
        """Ends it in the midst of whatever it does."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    @contextlib.contextmanager
    def killed_before_its_next_save(self) -> Iterator[None]:
        """Lets it go on without saving, and kills it at the end. Begin when everything is on the disk."""
        # Nobody reads this pipe, and so writing to it takes forever.
        next_state = self.home / "api" / "state.tmp"
        os.mkfifo(next_state)
        yield
        self.kill_at_once()
        next_state.unlink()

    def health(self) -> dict[str, Any]:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        try:
            return read_health(self.home, self.port)
        except (OSError, KeyError):
            return {}

    def until(self, done: Callable[[], Any], limit_sec: float = LIMIT_SEC, said: Callable[[], str] = lambda: "") -> Any:
        """Waits for a true value, and returns it."""
        deadline = time.monotonic() + limit_sec
        while not (value := done()):
            assert time.monotonic() < deadline, f"not within {limit_sec} s: {said()}"
            time.sleep(0.02)
        return value

    def image(self) -> str:
        """Returns the id of Debian's newest official image."""
        images = self.ec2.describe_images(
            Owners=["136693071363"], Filters=[{"Name": "name", "Values": ["debian-13-amd64-*"]}]
        )
        return max(images["Images"], key=lambda image: image["Name"])["ImageId"]

    def run(self, **keywords: Any) -> str:
        """Runs an instance, waits for SSH, and returns its id."""
        port = keywords.pop("ssh_port", 22)
        asked = {
            "ImageId": self.image(),
            "InstanceType": "t3.micro",
            "KeyName": "tests",
            "MinCount": 1,
            "MaxCount": 1,
            **keywords,
        }
        instance_id = self.ec2.run_instances(**asked)["Instances"][0]["InstanceId"]
        self.wait_for_ssh(instance_id, port)
        return instance_id

    def describe(self, instance_id: str) -> dict[str, Any]:
        return self.ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]

    def state(self, instance_id: str) -> str:
        return self.describe(instance_id)["State"]["Name"]

    def address(self, instance_id: str) -> str:
        return self.describe(instance_id)["PublicIpAddress"]

    def wait_for_ssh(self, instance_id: str, port: int = 22, other_than: str = "") -> None:
        """Waits for a login. `other_than` is the id of a boot that must be over."""
        address = self.address(instance_id)

        def answers() -> bool:
            done = self.login.ssh(address, "cat /proc/sys/kernel/random/boot_id", port)
            return done.returncode == 0 and done.stdout.strip() != other_than

        self.until(answers, said=lambda: self.console(instance_id)[-3000:])

    def ssh(self, instance_id: str, command: str, port: int = 22) -> str:
        """Runs a command on a machine as its login user, and returns its output. Fails when the command fails."""
        done = self.login.ssh(self.address(instance_id), command, port)
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done.stdout.strip()

    def boot_id(self, instance_id: str) -> str:
        return self.ssh(instance_id, "cat /proc/sys/kernel/random/boot_id")

    def console(self, instance_id: str) -> str:
        """Returns everything that a machine wrote to its console."""
        return (self.home / "instances" / instance_id / "console.log").read_text(errors="replace")

    def volume(self, instance_id: str, **keywords: Any) -> str:
        """Makes a volume of 1 GiB in the zone of an instance."""
        zone = self.describe(instance_id)["Placement"]["AvailabilityZone"]
        asked = {"Size": 1, "VolumeType": "gp3", "AvailabilityZone": zone, **keywords}
        return self.ec2.create_volume(**asked)["VolumeId"]

    def attach(self, volume_id: str, instance_id: str, device: str = "/dev/sdf") -> str:
        """Attaches a volume, and returns its path in the machine."""
        self.ec2.attach_volume(VolumeId=volume_id, InstanceId=instance_id, Device=device)
        return self.path(volume_id)

    def path(self, volume_id: str) -> str:
        """Returns the path of a volume in the machine that has it."""
        return f"/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_{volume_id.replace('-', '')}"


class Copies:
    """The copies of disks and layers that local AWSs make. A test can hold them."""

    def __init__(self, folder: Path) -> None:
        self.tools = folder
        self._gate = folder / "held"
        tool = folder / "cp"
        tool.write_text(
            f'#!/bin/sh\nwhile [ -e "{self._gate}" ]; do sleep 0.02; done\nexec {shutil.which("cp")} "$@"\n'
        )
        tool.chmod(0o755)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Keeps every copy from beginning."""
        self._gate.touch()
        try:
            yield
        finally:
            self._gate.unlink()


def remove(local_aws: LocalAws) -> None:
    """Ends a local AWS in whatever state it is. Fails when it leaves anything in the kernel."""
    if local_aws.process and local_aws.process.poll() is None:
        local_aws.stop()
    left = clean_up.leftovers(local_aws.home)
    clean_up.clean_up(local_aws.home)
    clean_up.require_nothing_mounted(local_aws.home)
    shutil.rmtree(local_aws.home)
    local_aws.log.unlink(missing_ok=True)
    assert left == []


@pytest.fixture(scope="session")
def login() -> Iterator[Login]:
    with tempfile.TemporaryDirectory(prefix="machines-login-") as folder:
        yield Login(Path(folder))


@pytest.fixture(scope="session")
def base_image() -> Path:
    """The base image. The tests of a file may have another one: a fixture of theirs with this name."""
    found = find_base_image()
    assert found is not None
    return found


@pytest.fixture(scope="session")
def place() -> Iterator[Place]:
    """A port, a network and a folder for the local AWS that a module's tests share."""
    with claim_place() as place:
        yield place


@pytest.fixture(scope="session")
def second_place() -> Iterator[Place]:
    """The same for a second local AWS."""
    with claim_place() as place:
        yield place


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copies]:
    """The copies of local AWSs that start later."""
    copies = Copies(tmp_path_factory.mktemp("tools"))
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("PATH", f"{copies.tools}:{os.environ['PATH']}")
        yield copies


@pytest.fixture
def make_local_aws(login: Login, second_place: Place, base_image: Path) -> Iterator[Callable[..., LocalAws]]:
    """Starts a local AWS for one test."""
    made: list[LocalAws] = []

    def make(network: str = second_place.network) -> LocalAws:
        home = Path(tempfile.mkdtemp(prefix="machines-", dir=second_place.folder))
        made.append(LocalAws(home, second_place.port, network, login, base_image).start())
        made[-1].ec2.import_key_pair(KeyName="tests", PublicKeyMaterial=login.public.encode())
        return made[-1]

    yield make
    for local_aws in made:
        remove(local_aws)


@pytest.fixture(scope="module")
def prepare_home() -> Callable[[Path], None]:
    """Changes the home of `local_aws` before its first start. The tests of a file may have another one."""
    return lambda _home: None


@pytest.fixture(scope="module")
def local_aws(login: Login, place: Place, base_image: Path, prepare_home: Callable[[Path], None]) -> Iterator[LocalAws]:
    """The local AWS of a module's tests."""
    home = Path(tempfile.mkdtemp(prefix="machines-", dir=place.folder))
    prepare_home(home)
    started = LocalAws(home, place.port, place.network, login, base_image).start()
    started.ec2.import_key_pair(KeyName="tests", PublicKeyMaterial=login.public.encode())
    yield started
    remove(started)


@pytest.fixture(scope="module")
def instance(local_aws: LocalAws) -> str:
    """A machine that a module's tests share. They leave it running, without volumes."""
    return local_aws.run()


class Machines:
    """Machines of a fleet without AWS's API in front of it."""

    def __init__(self, fleet: Fleet, login: Login) -> None:
        self.fleet, self.login = fleet, login

    def spec(self, number: int, **keywords: Any) -> MachineSpec:
        """Returns how to boot the machine with a number from 0 to 99. It has files from the first call on."""
        instance_id = f"i-{number:07x}0123456789"
        record = self.fleet.record(instance_id, "ami-any")
        asked = {
            "hostname": f"machine-{number}",
            "mac_address": f"02:00:00:00:01:{number:02x}",
            "addresses": MachineAddresses(str(self.fleet.plan.default_vpc[10 + number])),
            "placement": {"region": REGION},
            "keys": [self.login.public],
            **keywords,
        }
        return MachineSpec(id=instance_id, layers=self.fleet.layers.usable(record), **asked)

    def boot(self, number: int, **keywords: Any) -> str:
        """Boots a machine, and returns its id while it boots."""
        spec = self.spec(number, **keywords)
        self.fleet.boot(spec)
        return spec.id

    def say(self, instance_id: str, script: str) -> str:
        """Runs a shell script on a machine, and returns its output. Fails when the script fails."""
        done = self.fleet.run(instance_id, ["bash", "-ec", script])
        assert done.exit_code == 0, f"{script}: {done.stdout.text}{done.stderr.text}"
        return done.stdout.text.strip()

    def remove(self, instance_id: str) -> None:
        """Halts a machine and removes its files."""
        self.fleet.halt([instance_id])
        self.fleet.remove(instance_id)


@pytest.fixture(scope="module")
def machines(login: Login, place: Place, base_image: Path) -> Iterator[Machines]:
    """A fleet for a module's tests. Nothing of it is left in the kernel afterwards."""
    home = Path(tempfile.mkdtemp(prefix="fleet-", dir=place.folder))
    # A sweep after a kill of this test takes the folder for a local AWS by this file.
    (home / "server.lock").touch()
    fleet = new_fleet(home, IPv4Network(place.network), base_image)
    fleet.open()
    yield Machines(fleet, login)
    fleet.shut_down()
    left = clean_up.leftovers(home)
    clean_up.clean_up(home)
    clean_up.require_nothing_mounted(home)
    shutil.rmtree(home)
    assert left == []


@pytest.fixture(scope="module")
def machine(machines: Machines) -> str:
    """A machine of the fleet that a module's tests share. They leave it running, without volumes."""
    return machines.boot(0)
