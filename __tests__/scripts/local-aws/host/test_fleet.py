"""Many machines at once: they boot, stop and are removed side by side."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from local_aws.host import machine
from local_aws.host.commands import MachineError
from local_aws.host.containers import control_group
from local_aws.host.containers.driver import supervisors
from local_aws.host.containers.loop_disks import LoopDisks
from local_aws.host.containers.processes import command_line
from local_aws.host.containers.standstill import thaw

MANY = 6
# It boots on when it gets a disk, and it goes off when it has lost the disk.
GATES = b"""#cloud-config
bootcmd:
  - [sh, -c, "echo waits to boot; until [ -b /dev/nvme1n1 ]; do sleep 0.05; done"]
write_files:
  - path: /etc/systemd/system/gate.service
    content: |
      [Service]
      ExecStart=/bin/sleep infinity
      ExecStop=/bin/sh -c 'echo waits to go off; while [ -b /dev/nvme1n1 ]; do sleep 0.05; done'
      StandardOutput=journal+console
runcmd:
  - systemctl start gate
"""


def at_once(action, things):
    with ThreadPoolExecutor(len(things)) as pool:
        return list(pool.map(action, things))


def wait_for(condition, limit_sec=600):
    deadline = time.monotonic() + limit_sec
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_six_machines_boot_and_stop_side_by_side(machines):
    fleet = machines.fleet

    def all_say(words):
        return all(words in fleet.console(each).read_text(errors="replace") for each in ids)

    ids = at_once(lambda number: machines.boot(number, user_data=GATES), range(20, 20 + MANY))
    wait_for(lambda: all_say("waits to boot"))
    at_once(lambda each: fleet.get(each).plug(f"vol-{each}", 1), ids)
    at_once(lambda each: machines.say(each, "cloud-init status --wait; systemctl is-active gate"), ids)
    with ThreadPoolExecutor(MANY) as pool:
        halts = [pool.submit(fleet.halt, [each]) for each in ids]
        wait_for(lambda: all_say("waits to go off"))
        assert not any(halt.done() for halt in halts)
        at_once(lambda each: fleet.get(each).unplug(f"vol-{each}"), ids)
    assert fleet.describe()["running_machines"] == {}
    at_once(fleet.remove, ids)


def test_fails_to_boot_a_machine_that_is_on(machines):
    spec = machines.spec(30)
    machines.fleet.boot(spec)
    with pytest.raises(MachineError, match=f"machine {spec.id} cannot boot: it is on, or about to boot"):
        machines.fleet.boot(spec)
    assert machines.fleet.get(spec.id) is not None
    machines.remove(spec.id)


def test_fails_to_remove_the_files_of_a_machine_that_is_on(machines):
    running = machines.boot(31)
    with pytest.raises(MachineError, match=f"machine {running} is on: halt it before"):
        machines.fleet.remove(running)
    machines.remove(running)


# It freezes a file system, and leaves a process that waits for it. SIGKILL does not end that one.
FREEZE = """
mkfs.ext4 -q /dev/nvme1n1 && mkdir /data && mount /dev/nvme1n1 /data && fsfreeze --freeze /data
systemd-run --quiet touch /data/late
until grep -qx touch /proc/[0-9]*/comm && pgrep --runstates D --exact touch; do sleep 0.05; done
"""


def test_a_machine_that_cannot_be_ended_stays_on_with_its_disks(machines, monkeypatch):
    fleet = machines.fleet
    stuck = machines.boot(32, volumes={"vol-stuck": 1})
    machines.say(stuck, FREEZE)
    monkeypatch.setattr(machine, "POWER_OFF_LIMIT_SEC", 3)
    monkeypatch.setattr(machine.Machine.halt, "__defaults__", (3,))
    with pytest.raises(MachineError, match=f"machine {stuck} is still on 3 s after its power was cut"):
        fleet.halt([stuck])
    with pytest.raises(MachineError, match=f"volume vol-stuck is .* on instance {stuck}"):
        fleet.get(stuck).unplug("vol-stuck")
    with pytest.raises(MachineError, match=f"machine {stuck} is on"):
        fleet.remove(stuck)
    thaw(LoopDisks().device(fleet.disks.file("vol-stuck")))
    machines.remove(stuck)
    assert LoopDisks().device(fleet.disks.file("vol-stuck")) is None


def test_a_machine_is_off_with_all_its_processes_when_its_nspawn_is_killed(machines):
    fleet = machines.fleet
    made = machines.boot(33)
    machines.say(made, "true")
    (nspawn,) = (pid for pid in supervisors(fleet.folders.home) if made in " ".join(command_line(pid)))
    os.kill(nspawn, signal.SIGKILL)
    wait_for(lambda: not fleet.get(made))
    assert list(control_group.members(fleet.names.cgroup, made)) == []
    machines.remove(made)


def test_machines_that_boot_at_once_get_different_link_addresses(machines):
    ids = [machines.spec(number).id for number in range(40, 60)]
    records = at_once(lambda each: machines.fleet.claim_link_address(each, lambda: {"198.18.0.99"}), ids)
    assert len({record.link_address for record in records}) == len(ids)
    again = machines.fleet.claim_link_address(ids[0], set)
    assert again.link_address == records[0].link_address
    for instance_id in ids:
        machines.fleet.remove(instance_id)


def test_the_layers_of_an_image_stay_for_a_machine_that_is_about_to_boot(machines):
    source = machines.boot(61)
    machines.say(source, "echo built > /opt/built")
    machines.fleet.halt([source])
    machines.fleet.make_image(source, "ami-1", {})
    made = machines.spec(62)
    machines.fleet.remove(made.id)
    record = machines.fleet.record(made.id, "ami-1")
    machines.fleet.remove(source)
    machines.fleet.layers.forget("ami-1")
    assert machines.fleet.layers.usable(record) == record.layers
    machines.fleet.remove(made.id)
    assert list(machines.fleet.folders.images.iterdir()) == []


def test_an_image_takes_every_disk_or_nothing(machines, monkeypatch):
    fleet = machines.fleet
    source = machines.boot(63, volumes={"vol-a": 1, "vol-b": 1})
    machines.say(source, "echo content > /dev/nvme1n1; sync /dev/nvme1n1")
    fleet.make_image(source, "ami-2", {"vol-a": "snap-a", "vol-b": "snap-b"})
    fleet.disks.begin_restore("vol-c", "snap-a", 2)()
    with fleet.disks.file("vol-c").open("rb") as disk:
        assert disk.read(8) == b"content\n"

    def fails(image_id, folder):
        raise MachineError("no space")

    with monkeypatch.context() as patched:
        patched.setattr(fleet.layers, "copy", fails)
        with pytest.raises(MachineError, match="no space"):
            fleet.make_image(source, "ami-3", {"vol-a": "snap-c"})
    assert not fleet.disks.snapshot_file("snap-c").exists()
    machines.remove(source)
    fleet.layers.forget("ami-2")


def test_a_shutdown_halts_a_machine_that_is_about_to_boot(machines):
    # Last, since the fleet boots nothing afterwards.
    fleet, spec = machines.fleet, machines.spec(64)
    with ThreadPoolExecutor() as pool:
        boot = pool.submit(fleet.boot, spec)
        fleet.shut_down()
    # It came too early, and was halted, or too late.
    assert boot.exception() is None or "cannot boot" in str(boot.exception())
    assert fleet.describe()["running_machines"] == {}
    with pytest.raises(MachineError, match="cannot boot: the local AWS is shutting down"):
        fleet.boot(spec)
