"""The stand-in of session-manager-plugin by itself. `host/test_systems_manager.py` forwards ports through it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

PLUGIN = Path(__file__).parents[4] / "scripts" / "local-aws" / "stand-ins" / "session-manager-plugin"


def run(*arguments):
    return subprocess.run(
        [sys.executable, PLUGIN, *arguments], capture_output=True, text=True, check=False, timeout=60
    )  # fmt: skip


def start(url):
    response = json.dumps({"SessionId": "s-1", "TokenValue": "token", "StreamUrl": url})
    return run(response, "eu-west-1", "StartSession", "", "{}", "http://127.0.0.1:4760")


def test_its_help_says_that_it_is_a_stand_in():
    helped = run("--help")
    assert helped.returncode == 0
    assert helped.stdout.startswith("A stand-in for AWS's session-manager-plugin: it forwards ports to machines of a ")


@pytest.mark.parametrize("url", ["wss://ssmmessages.eu-west-1.amazonaws.com/v1", "tcp://198.51.100.7:80/s-1"])
def test_fails_for_an_address_that_is_not_this_computers(url):
    refused = start(url)
    assert refused.returncode == 1
    assert refused.stderr == (
        f"session-manager-plugin (stand-in): this stand-in reaches a local AWS alone, got the address {url}\n"
    )


def test_fails_with_wrong_usage():
    assert run("one", "two").returncode == 2
