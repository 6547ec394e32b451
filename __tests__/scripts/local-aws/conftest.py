"""A local AWS for a test: started as a user starts it, in a folder of its own, on a free port."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from signing import keywords_of, read_health

SOURCES = Path(__file__).parents[3] / "scripts" / "local-aws"
UNGUARDED = Path(__file__).with_name("unguarded.py")
START_LIMIT_SEC = 600
# A local AWS without machines uses none of these addresses.
NETWORK = "198.18.0.0/20"


class LocalAws:
    """One `python -m local_aws serve`. `port` 0 takes a free port, which a later start takes again.

    `without` names guards that are switched off (unguarded.py).
    """

    def __init__(self, home: Path, port: int = 0, *options: str, without: tuple[str, ...] = ()) -> None:
        self.home = home
        self._without = without
        self._wanted_port = port
        self._options = options
        self.process: subprocess.Popen[str] | None = None
        self.printed = ""
        self._clients: dict[tuple[str, str], Any] = {}

    @property
    def port(self) -> int:
        return json.loads((self.home / "server.json").read_text())["port"]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "LocalAws":
        (self.home / "server.json").unlink(missing_ok=True)
        self.process = run_local_aws(
            "serve", "--home", self.home, "--port", self._wanted_port, *self._options, without=self._without
        )
        deadline = time.monotonic() + START_LIMIT_SEC
        while not self._is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                raise AssertionError(f"the local AWS did not start: {self.process.communicate()[0]}")
            time.sleep(0.05)
        self._wanted_port = self.port
        return self

    def health(self) -> dict[str, Any]:
        return read_health(self.home, self.port)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Sends a signal and waits for the end. Returns the exit code, and keeps the output."""
        assert self.process is not None
        self.process.send_signal(number)
        self.printed, _ = self.process.communicate(timeout=START_LIMIT_SEC)
        return self.process.returncode

    def kill(self) -> None:
        """Kills it when everything is on the disk."""
        self.wait_until_saved()
        self.kill_at_once()

    def wait_until_saved(self) -> None:
        self._wait(lambda health: health["saved"])

    def wait_until_done(self) -> None:
        """Waits until no state passes by itself any more."""
        self._wait(lambda health: health["under_way"] == 0)

    def _wait(self, done: Callable[[dict[str, Any]], bool]) -> None:
        deadline = time.monotonic() + START_LIMIT_SEC
        while not done(health := self.health()):
            assert time.monotonic() < deadline, health
            time.sleep(0.01)

    def kill_at_once(self) -> None:
        """Kills it in the midst of whatever it does."""
        self.stop(signal.SIGKILL)

    def client(self, service: str, region: str = "eu-west-1") -> Any:
        """Returns a client that never tries a call again."""
        if (service, region) not in self._clients:
            self._clients[service, region] = boto3.client(
                service,
                region_name=region,
                endpoint_url=self.url,
                **keywords_of(self.home),
                config=Config(retries={"total_max_attempts": 1}, read_timeout=600),
            )
        return self._clients[service, region]

    def _is_ready(self) -> bool:
        try:
            return self.health()["ready"]
        except (OSError, ValueError):
            return False


def run_local_aws(*arguments: object, without: tuple[str, ...] = ()) -> subprocess.Popen[str]:
    """Starts `python -m local_aws`. All its output goes into one pipe."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(SOURCES), "PYTHONUNBUFFERED": "1"}
    program = [str(UNGUARDED), ",".join(without)] if without else ["-m", "local_aws"]
    command = [sys.executable, *program, *map(str, arguments)]
    if "serve" in arguments and "--network" not in arguments:
        command += ["--network", NETWORK]
    return subprocess.Popen(
        command, env=environment, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


@pytest.fixture(scope="module", autouse=True)
def usage(request: pytest.FixtureRequest) -> Iterator[None]:
    """Appends the time of a file of tests to the file in TEST_USAGE_FILE (scripts/testing/usage.ts reads it)."""
    wall, cpu = time.monotonic(), sum(os.times()[:4])
    yield
    if file := os.environ.get("TEST_USAGE_FILE"):
        name = str(request.path.relative_to(SOURCES.parents[1]))
        cost = {"name": name, "wallSec": time.monotonic() - wall, "cpuSec": sum(os.times()[:4]) - cpu}
        with open(file, "a", encoding="utf-8") as usages:
            usages.write(json.dumps(cost) + "\n")


@pytest.fixture
def command() -> Callable[..., tuple[int, str]]:
    """Runs `python -m local_aws` to its end. Returns exit code and output."""

    def run(*arguments: object) -> tuple[int, str]:
        process = run_local_aws(*arguments)
        try:
            printed, _ = process.communicate(timeout=START_LIMIT_SEC)
        finally:
            process.kill()
        return process.returncode, printed

    return run


@contextlib.contextmanager
def started() -> Iterator[Callable[..., LocalAws]]:
    servers: list[LocalAws] = []

    def start(home: Path, port: int = 0, *options: str, without: tuple[str, ...] = ()) -> LocalAws:
        server = LocalAws(home, port, *options, without=without)
        servers.append(server)
        return server.start()

    try:
        yield start
    finally:
        for server in servers:
            if server.process and server.process.poll() is None:
                server.kill_at_once()


@pytest.fixture
def start() -> Iterator[Callable[..., LocalAws]]:
    """Starts a local AWS in a folder. Kills those that still run after the test."""
    with started() as start:
        yield start


@pytest.fixture(scope="module")
def start_for_module() -> Iterator[Callable[..., LocalAws]]:
    with started() as start:
        yield start


@pytest.fixture(scope="module")
def aws(start_for_module: Callable[..., LocalAws], tmp_path_factory: pytest.TempPathFactory) -> LocalAws:
    """One local AWS for all tests of a file. They must not disturb each other."""
    return start_for_module(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def ec2(aws: LocalAws) -> Any:
    return aws.client("ec2")
