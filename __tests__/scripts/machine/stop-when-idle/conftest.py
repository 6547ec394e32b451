"""A machine whose kernel, programs and JupyterLab are fakes, and whose time passes as a test says."""

import getpass
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[4] / "scripts/machine/stop-when-idle"))

import idle_configuration
import idle_signs
import idle_usage
import install_stop_when_idle
import stop_when_idle

TOKEN = "0123456789abcdef"
INTERFACES = """Inter-|   Receive                     |  Transmit
 face |bytes packets errs drop fifo frame compressed multicast|bytes packets errs drop fifo colls carrier compressed
    lo: 999999 1 0 0 0 0 0 0 999999 1 0 0 0 0 0 0
  ens5: {} 1 0 0 0 0 0 0 {} 1 0 0 0 0 0 0
"""
TCP = "  sl  local_address rem_address   st tx_queue rx_queue\n"


class Machine:
    """Files of a kernel in a folder, and programs that answer what a test says."""

    def __init__(self, folder, monkeypatch):
        self.folder = folder
        self.now = 1000.0
        (folder / "net").mkdir()
        self.connections()
        self.counters(0, 0)
        programs = folder / "programs"
        programs.mkdir()
        self.programs = programs
        monkeypatch.setenv("PATH", str(programs), prepend=":")
        monkeypatch.setattr(idle_signs, "PROC", folder)
        monkeypatch.setattr(idle_signs, "BUSY_REPL", folder / "busy")
        monkeypatch.setattr(idle_usage, "PROCESSOR_TIME", folder / "cpu.stat")
        monkeypatch.setattr(idle_usage, "INTERFACES", folder / "net/dev")
        monkeypatch.setattr(stop_when_idle, "STATE", folder / "run/state.json")
        monkeypatch.setattr(stop_when_idle.time, "monotonic", lambda: self.now)
        monkeypatch.setattr(idle_configuration.Configuration, "token_file", str(folder / "token"))
        self.program("loginctl", "")
        self.program("busctl", f"echo '{json.dumps({'data': [[]]})}'")
        self.program("systemctl", "")

    def program(self, name, body):
        """Writes a shell script that takes the place of a program. It notes its arguments."""
        file = self.programs / name
        file.write_text(f'#!/bin/bash\nprintf "%s\\n" "{name} $*" >>"{self.folder}/asked"\n{body}\n')
        file.chmod(0o755)

    def asked_of(self, name):
        """Returns how a program was called."""
        file = self.folder / "asked"
        lines = file.read_text().splitlines() if file.exists() else []
        return [line for line in lines if line.startswith(f"{name} ")]

    def connections(self, *rows, table="tcp"):
        """Writes the kernel's table of connections: pairs of a local port and a state."""
        lines = [f"   0: 0100007F:{port:04X} 0100007F:D431 {state} 00000000:00000000\n" for port, state in rows]
        (self.folder / "net" / table).write_text(TCP + "".join(lines))

    def counters(self, processor_sec, network_bytes):
        """Writes what the machine has used since its boot."""
        usec = int(processor_sec * 1e6)
        (self.folder / "cpu.stat").write_text(f"usage_usec {usec}\nuser_usec 1\n")
        (self.folder / "net/dev").write_text(INTERFACES.format(network_bytes // 2, network_bytes - network_bytes // 2))

    def process(self, pid, command):
        """Starts a process, as far as the kernel's files tell."""
        (self.folder / str(pid)).mkdir()
        (self.folder / str(pid) / "cmdline").write_bytes(command.encode() + b"\0argument\0")


@pytest.fixture
def idle_machine(tmp_path, monkeypatch):
    return Machine(tmp_path, monkeypatch)


@pytest.fixture
def configuration():
    """Jupyter's port is one where nothing listens."""
    return idle_configuration.Configuration(600, 300, 2222, 1, getpass.getuser())


@pytest.fixture
def jupyter(idle_machine, configuration):
    """A stand-in of JupyterLab: returns the configuration with its port, and what it answers."""
    answer = {"status": 200, "body": "[]"}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            allowed = self.headers["Authorization"] == f"token {TOKEN}"
            self.send_response(answer["status"] if allowed and self.path == "/api/kernels" else 403)
            self.end_headers()
            self.wfile.write(answer["body"].encode())

        def log_message(self, *arguments):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    (idle_machine.folder / "token").write_text(f"{TOKEN}\n")
    yield configuration._replace(jupyter_port=server.server_port), answer
    server.shutdown()
    server.server_close()


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A folder that stands for the machine's root, where the installer writes."""
    folder = tmp_path / "root"
    folder.mkdir()
    monkeypatch.setattr(install_stop_when_idle, "ROOT", folder)
    monkeypatch.setattr(install_stop_when_idle.os, "geteuid", lambda: 0)
    return folder
