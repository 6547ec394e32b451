"""Programs of a container host, with an AWS in the place of the real one, and time that passes at once."""

import json
import sys
import threading
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MACHINE = HERE.parents[3] / "scripts/machine"
sys.path[:0] = [str(MACHINE / "container-host"), str(MACHINE / "first-boot"), str(HERE)]

import aws_calls  # noqa: E402
import fetch_bundle  # noqa: E402
from fake_aws import FakeAws, Handler  # noqa: E402


class Clock:
    """Sleeping takes no time."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def monotonic(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds
        self.slept.append(seconds)


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(aws_calls, "time", clock)
    return clock


@pytest.fixture
def fake_aws(monkeypatch, clock):
    fake = FakeAws()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"fake": fake}))
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/"
    monkeypatch.setattr(aws_calls, "ENDPOINT", url + "{service}/")
    monkeypatch.setattr(fetch_bundle, "METADATA", url + "latest/")
    yield fake
    server.shutdown()
    server.server_close()


@pytest.fixture
def host(tmp_path):
    """Writes a configuration with what differs, and returns its file. Its volume is `tmp_path/volume`."""

    def write(**different):
        mount_point = tmp_path / "volume"
        mount_point.mkdir(exist_ok=True)
        configuration = {
            "region": "eu-west-1",
            "cluster": "workbench-test-ecs",
            "volume": {"id": "vol-0123456789abcdef0", "mountPoint": str(mount_point)},
            **different,
        }
        file = tmp_path / "container-host.json"
        file.write_text(json.dumps(configuration))
        return file

    return write
