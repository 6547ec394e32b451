"""How much this machine computes and sends, over the last minutes: a single burst, as of a daily job, is no work."""

from pathlib import Path
from typing import NamedTuple

from idle_signs import Sign

# Of the whole machine. /proc/stat and /proc/loadavg would be those of the host where the machine is a container.
PROCESSOR_TIME = Path("/sys/fs/cgroup/cpu.stat")
INTERFACES = Path("/proc/net/dev")
BUSY_PERCENT = 10
BUSY_BYTES_PER_SEC = 10_000


class Sample(NamedTuple):
    """The counters of this machine at a time, in seconds of the monotonic clock."""

    time: float
    processor_usec: int
    network_bytes: int


def sample(now):
    """Reads the counters."""
    return Sample(now, processor_usec(), network_bytes())


def processor_usec():
    """Returns the time of all processors that this machine has used since it booted."""
    for line in PROCESSOR_TIME.read_text().splitlines():
        name, _, value = line.partition(" ")
        if name == "usage_usec":
            return int(value)
    raise ValueError("no usage_usec")


def network_bytes():
    """Returns the bytes that came and went through all interfaces but the loopback one."""
    total = 0
    for line in INTERFACES.read_text().splitlines()[2:]:
        name, _, counters = line.partition(":")
        if name.strip() != "lo":
            fields = counters.split()
            total += int(fields[0]) + int(fields[8])
    return total


def kept(samples, window_sec):
    """Returns the samples of the window, and one before it. The last one is the newest."""
    begin = samples[-1].time - window_sec
    first = max((index for index, each in enumerate(samples) if each.time <= begin), default=0)
    return samples[first:]


def signs(samples):
    """Returns what the samples tell. A single one tells nothing yet."""
    first, last = samples[0], samples[-1]
    seconds = last.time - first.time
    if seconds <= 0:
        return [Sign("processors", "not measured yet", False), Sign("network", "not measured yet", False)]
    percent = (last.processor_usec - first.processor_usec) / seconds / 1e4
    # An interface that is gone takes its bytes with it.
    rate = max(0, last.network_bytes - first.network_bytes) / seconds
    return [
        Sign("processors", f"{percent:.1f} % of one (busy from {BUSY_PERCENT} %)", percent >= BUSY_PERCENT),
        Sign("network", f"{rate:.0f} bytes a second (busy from {BUSY_BYTES_PER_SEC})", rate >= BUSY_BYTES_PER_SEC),
    ]
