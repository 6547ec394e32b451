"""Measures how machines boot and halt side by side. It is no test: other work on this computer changes the numbers.

usage: PYTHONPATH=scripts/local-aws python measure_boots.py BASE-IMAGE NETWORK [MACHINES...]

Boots each number of machines at once (1 and 6 when none is given), waits until a command on each says that everything
has started, and halts them. Prints seconds of wall time, and of processor time of the whole computer.
"""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import IPv4Network
from pathlib import Path

from local_aws.host import clean_up
from local_aws.host.addresses import MachineAddresses
from local_aws.host.driver import MachineSpec
from local_aws.host.fleet import Fleet, new_fleet

UP = ["systemctl", "is-system-running", "--wait"]


def main() -> None:
    """Measures, and leaves nothing behind."""
    base_image, network, *counts = sys.argv[1:]
    home = Path(tempfile.mkdtemp(prefix="measure-boots-"))
    fleet = new_fleet(home, IPv4Network(network), Path(base_image))
    fleet.open()
    try:
        for count in map(int, counts or ["1", "6"]):
            measure(fleet, count)
    finally:
        fleet.shut_down()
        clean_up.clean_up(home)
        shutil.rmtree(home)


def measure(fleet: Fleet, count: int) -> None:
    """Boots and halts this many machines at once, and prints what that takes."""
    specs = [spec(fleet, number) for number in range(count)]
    with ThreadPoolExecutor(count) as pool:
        up = cost(lambda: list(pool.map(lambda each: boot(fleet, each), specs)))
    down = cost(lambda: fleet.halt([each.id for each in specs]))
    print(f"{count} machines: up after {up}, off after {down}", flush=True)
    for each in specs:
        fleet.remove(each.id)


def spec(fleet: Fleet, number: int) -> MachineSpec:
    """Returns how to boot the machine with this number."""
    instance_id = f"i-{number:07x}0123456789"
    return MachineSpec(
        id=instance_id,
        layers=fleet.layers.usable(fleet.record(instance_id, "ami-any")),
        hostname=f"machine-{number}",
        mac_address=f"02:00:00:00:02:{number:02x}",
        addresses=MachineAddresses(str(fleet.plan.default_vpc[10 + number])),
        placement={"region": "eu-central-1"},
    )


def boot(fleet: Fleet, machine: MachineSpec) -> None:
    """Boots a machine, and returns when it says that it is up."""
    fleet.boot(machine)
    said = fleet.run(machine.id, UP).stdout.text.strip()
    assert said == "running", f"{machine.id} is {said}"


def cost(action: Callable[[], object]) -> str:
    """Does something, and returns its cost in words."""
    wall, processor = time.monotonic(), processor_sec()
    action()
    return f"{time.monotonic() - wall:.2f} s ({processor_sec() - processor:.1f} s of processor time)"


def processor_sec() -> float:
    """Returns the processor time that this whole computer has spent."""
    numbers = [int(word) for word in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    idle = numbers[3] + numbers[4]
    return (sum(numbers) - idle) / os.sysconf("SC_CLK_TCK")


main()
