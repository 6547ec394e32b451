"""The events of a stream that has many, after a restart."""

import time

from log_lines import read, tail, write


def test_many_events_survive_a_restart_and_go_on(start, tmp_path):
    aws = start(tmp_path / "home")
    aws.client("logs").create_log_group(logGroupName="/kept")
    lines = [f"line {number}" for number in range(450)]
    write(aws.client("logs"), "/kept", "database", lines)
    aws.wait_until_saved()
    bodies = list((tmp_path / "home" / "api" / "bodies").iterdir())
    assert len(bodies) == 2
    aws.stop()
    aws.start()
    event = {"timestamp": int(time.time() * 1000) + 1000, "message": "after"}
    aws.client("logs").put_log_events(logGroupName="/kept", logStreamName="database", logEvents=[event])
    assert read(aws.client("logs"), "/kept", "database") == [*lines, "after"]
    assert [line for _, line in tail(aws.client("logs"), "/kept", limit=100)] == [*lines, "after"]
