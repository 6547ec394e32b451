"""A pytest plugin that writes results as test-events.ts describes them: `pytest -p workbench_pytest_events`."""

import json
import os
from typing import Any

import pytest

EVENTS_FILE_VARIABLE = "TEST_EVENTS_FILE"


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Writes one result a test: that of its call, or of the set-up or clean-up that kept it from passing."""
    if report.when == "call" or report.outcome != "passed":
        _write_report(report)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """A file that cannot be read is a failure; one that skips itself as a whole is skipped."""
    if report.outcome != "passed":
        _write_report(report)


def pytest_sessionfinish(exitstatus: int) -> None:
    """Says that the run got to its end."""
    if exitstatus != pytest.ExitCode.INTERNAL_ERROR:
        _write({"event": "end"})


def _write_report(report: pytest.TestReport | pytest.CollectReport) -> None:
    when = getattr(report, "when", "collect")
    name = report.nodeid if when in ("call", "collect") else f"{report.nodeid} ({when})"
    event = {"event": "test", "name": name, "outcome": report.outcome}
    if report.outcome == "skipped":
        # (file, line, "Skipped: reason")
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        event |= {"name": report.nodeid, "reason": reason.removeprefix("Skipped: ")}
    elif report.outcome == "failed":
        event |= {"reason": report.longreprtext}
    _write(event)


def _write(event: dict[str, Any]) -> None:
    if file := os.environ.get(EVENTS_FILE_VARIABLE):
        with open(file, "a", encoding="utf-8") as events:
            events.write(json.dumps(event) + "\n")
