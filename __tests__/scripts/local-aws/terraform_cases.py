"""Runs Terraform on the cases of a folder: one configuration each, applied step by step, and destroyed."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from signing import key_of

CASES = Path(__file__).parent / "terraform-cases"
LIMIT_SEC = 900
WRITTEN_BY_SET_UP = Path(__file__).parents[3] / ".workbench" / "terraform.rc"
CLI_CONFIGS = [Path(os.environ.get("TF_CLI_CONFIG_FILE", "/nonexistent")), WRITTEN_BY_SET_UP]
CLI_CONFIG = next((file for file in CLI_CONFIGS if file.exists()), None)

NEEDS_TERRAFORM = [
    pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not on the PATH"),
    pytest.mark.skipif(CLI_CONFIG is None, reason=f"{WRITTEN_BY_SET_UP} does not exist: set-up writes it"),
]


class Terraform:
    """Runs Terraform on one case, in a folder of its own."""

    def __init__(self, folder: Path, aws: Any) -> None:
        key = key_of(aws.home)
        self.folder = folder
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TF_CLI_CONFIG_FILE": str(CLI_CONFIG),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
            "AWS_ENDPOINT_URL": aws.url,
            "AWS_ACCESS_KEY_ID": key.access_key,
            "AWS_SECRET_ACCESS_KEY": key.secret_key,
            "AWS_EC2_METADATA_DISABLED": "true",
            # Terraform and its provider live for seconds. To collect garbage less often saves processor time.
            "GOGC": "400",
        }

    def init(self) -> tuple[int, str]:
        return self.run("init", "-no-color")

    def run(self, *arguments: str) -> tuple[int, str]:
        """Runs a command. Returns exit code and output."""
        done = subprocess.run(
            ["terraform", *arguments],
            cwd=self.folder, env=self._environment, text=True, timeout=LIMIT_SEC,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        return done.returncode, done.stdout


def names_in(folder: Path) -> list[str]:
    """Returns the names of the cases in a folder."""
    return sorted(file.stem for file in folder.glob("*.tf") if file.stem != "provider")


def copy_case(case: Path, folder: Path) -> None:
    """Puts a case and what all cases share into a folder."""
    for file in (case, CASES / "provider.tf"):
        shutil.copy(file, folder)


def whole_life(terraform: Terraform, steps: tuple[int, ...]) -> dict[str, object]:
    """Runs all steps of a case, and returns its outputs. Fails with Terraform's output."""
    expect(0, terraform.init())
    for step in steps:
        variable = f"-var=step={step}"
        expect(0, terraform.run("apply", "-no-color", "-auto-approve", variable))
        # 0: nothing to change. 2: the plan drifts.
        expect(0, terraform.run("plan", "-no-color", "-detailed-exitcode", variable))
    outputs = json.loads(expect(0, terraform.run("output", "-json")))
    expect(0, terraform.run("destroy", "-no-color", "-auto-approve"))
    return {name: output["value"] for name, output in outputs.items()}


def expect(code: int, result: tuple[int, str]) -> str:
    assert result[0] == code, result[1]
    return result[1]


@contextmanager
def lives_of(
    folder: Path, aws: Any, factory: pytest.TempPathFactory, steps: Mapping[str, tuple[int, ...]]
) -> Iterator[Callable[[str], Future]]:
    """Runs all cases of a folder at once, since each spends most of its time in pauses of the provider."""
    names = names_in(folder)
    with ThreadPoolExecutor(len(names)) as pool:
        started = {}
        for name in names:
            directory = factory.mktemp(name)
            copy_case(folder / f"{name}.tf", directory)
            started[name] = pool.submit(whole_life, Terraform(directory, aws), steps.get(name, (1, 2)))
        yield started.__getitem__
