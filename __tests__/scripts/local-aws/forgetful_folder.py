"""A folder of disks that forget what was not flushed, when their power is cut. It is a file system in user space.

usage: forgetful_folder.py KEPT MOUNT-POINT SOCKET

A write stays in the memory of this program until an fsync of its file. Only then it is in the file of the same name in
KEPT. The program mounts the folder, prints a line when it is ready, and ends when somebody unmounts it.

At the SOCKET it takes one request a connection, as a line of JSON, and answers with one:

- `{"cut": ["vol-1"], "kill": "/sys/fs/cgroup/…"}` drops what these disks have not flushed, kills everything in the
  control group, and drops whatever else is written by those who have the disks open now. No program in the group sees
  an fsync succeed that the disk forgets.
- `{"flushes": "vol-1"}` answers how often the disk was flushed.
- `{"writers": "vol-1"}` answers how many have the disk open to write to it.

The answer is `{"is": …}`, or `{"error": …}` with one sentence.
"""

import errno
import json
import os
import socket
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any

BLOCK_BYTES = 4096
RUN_BLOCKS = 256


class Disk:
    """One disk: the file with what was flushed, and the blocks that were not, by number."""

    def __init__(self, file: Path) -> None:
        self.descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self.pending: dict[int, bytes] = {}
        self.flushes = 0

    @property
    def size(self) -> int:
        return os.fstat(self.descriptor).st_size

    def read(self, size: int, offset: int) -> bytes:
        found = bytearray(os.pread(self.descriptor, size, offset))
        for number in _blocks(offset, len(found)) if self.pending else ():
            block, start = self.pending.get(number), number * BLOCK_BYTES
            if block is not None:
                first, last = max(offset, start), min(offset + len(found), start + BLOCK_BYTES)
                found[first - offset : last - offset] = block[first - start : last - start]
        return bytes(found)

    def write(self, data: bytes, offset: int) -> None:
        if offset + len(data) > self.size:
            os.ftruncate(self.descriptor, offset + len(data))
        for number in _blocks(offset, len(data)):
            start = number * BLOCK_BYTES
            first, last = max(offset, start), min(offset + len(data), start + BLOCK_BYTES)
            part = data[first - offset : last - offset]
            if len(part) < BLOCK_BYTES:
                block = self.read(BLOCK_BYTES, start).ljust(BLOCK_BYTES, b"\0")
                part = block[: first - start] + part + block[last - start :]
            self.pending[number] = part

    def flush(self) -> None:
        size = self.size
        for run in _runs(sorted(self.pending)):
            start = run[0] * BLOCK_BYTES
            # Not into the file's own disk: this computer does not lose its power.
            os.pwrite(self.descriptor, b"".join(self.pending[number] for number in run)[: size - start], start)
        self.pending.clear()
        self.flushes += 1

    def truncate(self, size: int) -> None:
        os.ftruncate(self.descriptor, size)
        for number in [each for each in self.pending if each * BLOCK_BYTES >= size]:
            del self.pending[number]


@dataclass
class Handle:
    """A disk as a program has it open. After a power cut, a program can no longer change the disk by it."""

    disk: Disk
    writes: bool
    is_cut: bool = False


def _blocks(offset: int, size: int) -> range:
    return range(offset // BLOCK_BYTES, -(-(offset + size) // BLOCK_BYTES))


def _runs(numbers: list[int]) -> Iterator[list[int]]:
    run: list[int] = []
    for number in numbers:
        if run and (number != run[-1] + 1 or len(run) == RUN_BLOCKS):
            yield run
            run = []
        run.append(number)
    if run:
        yield run


def alone(method: Callable[..., Any]) -> Callable[..., Any]:
    """Lets one thread at a time into the methods of a folder."""

    @wraps(method)
    def call(self: "Folder", *arguments: Any) -> Any:
        with self.turn:
            return method(self, *arguments)

    return call


class Folder:
    """The operations of the file system, and the requests of the socket."""

    use_ns = True

    def __init__(self, kept: Path, on_mounted: Callable[[], None]) -> None:
        self.turn = threading.Lock()
        self._kept = kept
        self._on_mounted = on_mounted
        self._disks = {file.name: Disk(file) for file in kept.iterdir()}
        self._handles: dict[int, Handle] = {}
        self._next = 1

    @alone
    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        asked = {request.get("flushes"), request.get("writers")} - {None}
        unknown = {*request.get("cut", []), *asked} - set(self._disks)
        if unknown:
            return {"error": f"there is no disk {', '.join(sorted(unknown))}: expected some of {sorted(self._disks)}"}
        if "flushes" in request:
            return {"is": self._disks[request["flushes"]].flushes}
        if "writers" in request:
            return {"is": len(self._writers(self._disks[request["writers"]]))}
        used = {name: self._writers(self._disks[name]) for name in request["cut"]}
        for name, handles in used.items():
            if not handles:
                return {"error": f"nothing uses the disk {name}: expected one that a running machine has"}
        for name, handles in used.items():
            self._disks[name].pending.clear()
            for handle in handles:
                handle.is_cut = True
        # No flush ends meanwhile. What was killed returns from no system call.
        try:
            Path(request["kill"], "cgroup.kill").write_text("1")
        except OSError as error:
            return {"error": f"the machine was not killed: {error}"}
        return {"is": True}

    def init(self, _path: str) -> None:
        self._on_mounted()

    @alone
    def destroy(self, _path: str) -> None:
        for disk in self._disks.values():
            disk.flush()

    @alone
    def getattr(self, path: str, handle: int | None = None) -> dict[str, Any]:
        if path == "/":
            return {"st_mode": stat.S_IFDIR | 0o700, "st_nlink": 2}
        disk = self._disk(path)
        status = os.fstat(disk.descriptor)
        return {
            "st_mode": stat.S_IFREG | 0o600, "st_nlink": 1, "st_size": status.st_size, "st_mtime": status.st_mtime_ns,
            "st_blocks": status.st_blocks + len(disk.pending) * BLOCK_BYTES // 512,
        }  # fmt: skip

    @alone
    def readdir(self, _path: str, _handle: int) -> list[str]:
        return [".", "..", *self._disks]

    @alone
    def create(self, path: str, _mode: int, _flags: int) -> int:
        self._disks[path[1:]] = Disk(self._kept / path[1:])
        return self._open(path, True)

    @alone
    def open(self, path: str, flags: int) -> int:
        return self._open(path, flags & os.O_ACCMODE != os.O_RDONLY)

    @alone
    def release(self, _path: str, handle: int) -> int:
        del self._handles[handle]
        return 0

    @alone
    def read(self, _path: str, size: int, offset: int, handle: int) -> bytes:
        return self._handles[handle].disk.read(size, offset)

    @alone
    def write(self, _path: str, data: bytes, offset: int, handle: int) -> int:
        used = self._handles[handle]
        if not used.is_cut:
            used.disk.write(data, offset)
        return len(data)

    @alone
    def fsync(self, _path: str, _data_only: int, handle: int) -> int:
        used = self._handles[handle]
        if not used.is_cut:
            used.disk.flush()
        return 0

    @alone
    def truncate(self, path: str, size: int, _handle: int | None = None) -> int:
        self._disk(path).truncate(size)
        return 0

    @alone
    def rename(self, old: str, new: str) -> int:
        disk = self._disk(old)
        Path(self._kept, old[1:]).rename(self._kept / new[1:])
        del self._disks[old[1:]]
        self._disks[new[1:]] = disk
        return 0

    @alone
    def unlink(self, path: str) -> int:
        # While a program has it open, libfuse renames it in place of this, and removes it afterwards.
        os.close(self._disk(path).descriptor)
        del self._disks[path[1:]]
        Path(self._kept, path[1:]).unlink()
        return 0

    def chmod(self, _path: str, _mode: int) -> int:
        return 0

    def utimens(self, _path: str, _times: Any = None) -> int:
        return 0

    def _open(self, path: str, writes: bool) -> int:
        self._next += 1
        self._handles[self._next] = Handle(self._disk(path), writes)
        return self._next

    def _writers(self, disk: Disk) -> list[Handle]:
        return [handle for handle in self._handles.values() if handle.disk is disk and handle.writes]

    def _disk(self, path: str) -> Disk:
        try:
            return self._disks[path[1:]]
        except KeyError:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path) from None


def serve(folder: Folder, server: socket.socket) -> None:
    """Answers requests until the program ends."""
    while True:
        connection, _address = server.accept()
        with connection, connection.makefile("rw") as stream:
            stream.write(json.dumps(folder.answer(json.loads(stream.readline()))) + "\n")


def main() -> None:
    """Mounts the folder, and returns when it is unmounted."""
    kept, mount_point, address = sys.argv[1:]
    # Debian has two versions of the library.
    os.environ["FUSE_LIBRARY_NAME"] = "fuse3"
    from mfusepy import FUSE, Operations

    server = socket.socket(socket.AF_UNIX)
    server.bind(address)
    server.listen()

    mounted = threading.Event()

    def on_mounted() -> None:
        mounted.set()
        threading.Thread(target=serve, args=[folder, server], daemon=True).start()
        print("ready", flush=True)

    class Served(Folder, Operations):
        pass

    folder = Served(Path(kept).resolve(), on_mounted)
    try:
        FUSE(folder, mount_point, foreground=True, nothreads=True, fsname="forgetful-disks")
    except RuntimeError:
        # SIGTERM also ends it: somebody may have a copy of the mount.
        if not mounted.is_set():
            raise


if __name__ == "__main__":
    main()
