"""Programs that run beside the local AWS end with it."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from local_aws.core import children
from local_aws.core.children import Child
from waiting import until

SOURCES = Path(__file__).parents[4] / "scripts" / "local-aws"
SLEEP = ["sleep", "600"]
# A server that starts a program and then waits.
SERVER = """
import pathlib, sys, time
from local_aws.core.children import Child
folder = pathlib.Path(sys.argv[1])
Child(["sh", "-c", "echo $$ > pid.tmp; mv pid.tmp pid; exec sleep 600"], folder, folder / "output").start()
time.sleep(600)
"""
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux ends them")


def is_there(process_id: int) -> bool:
    """Says whether a process runs. A zombie has ended."""
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process_id}/status").read_text()
    except FileNotFoundError:
        return False


def test_it_ends_when_it_is_told_to(tmp_path):
    child = Child(SLEEP, tmp_path, tmp_path / "output").start()
    assert child.runs
    child.end()
    assert not child.runs


def test_all_end_at_once(tmp_path):
    started = [Child(SLEEP, tmp_path, tmp_path / f"output-{number}").start() for number in range(2)]
    children.end_all()
    assert [child.runs for child in started] == [False, False]


def test_it_outlives_the_thread_that_wanted_it(tmp_path):
    pipe, heard = tmp_path / "pipe", tmp_path / "heard"
    os.mkfifo(pipe)
    started = []
    listens = ["sh", "-c", f"read word < {pipe}; echo $word > {heard}; exec sleep 600"]
    thread = threading.Thread(target=lambda: started.append(Child(listens, tmp_path, tmp_path / "output").start()))
    thread.start()
    until(Path(f"/proc/self/task/{thread.native_id}").exists, False)
    with open(os.open(pipe, os.O_RDWR), "w") as said:
        print("word", file=said, flush=True)
        until(lambda: heard.exists() and heard.read_text(), "word\n")
    (child,) = started
    child.end()


def test_it_ends_with_a_server_that_is_killed(tmp_path):
    server = subprocess.Popen([sys.executable, "-c", SERVER, tmp_path], env={**os.environ, "PYTHONPATH": str(SOURCES)})
    file = tmp_path / "pid"
    until(file.exists, True)
    process_id = int(file.read_text())
    assert is_there(process_id)
    server.send_signal(signal.SIGKILL)
    server.wait()
    until(lambda: is_there(process_id), False)


def test_what_it_prints_is_in_a_file_that_others_cannot_read(tmp_path):
    output = tmp_path / "output"
    child = Child(["sh", "-c", "echo out; echo error >&2"], tmp_path, output).start()
    until(lambda: child.runs, False)
    assert output.read_text() == "out\nerror\n"
    assert output.stat().st_mode & 0o077 == 0
    child.end()


def test_fails_to_start_where_its_output_cannot_be_written(tmp_path):
    with pytest.raises(FileNotFoundError):
        Child(SLEEP, tmp_path, tmp_path / "missing" / "output").start()
