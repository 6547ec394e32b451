"""A machine's tools list its own disks alone, under the names that it has for them."""

import json

import pytest


@pytest.fixture
def disks(machines, machine):
    """Two disks of the shared machine: 1 and 2 GiB."""
    plugged = machines.fleet.get(machine)
    for volume_id, size_gib in (("vol-a", 1), ("vol-b", 2)):
        plugged.plug(volume_id, size_gib)
    yield plugged
    for volume_id in ("vol-a", "vol-b"):
        plugged.unplug(volume_id)
        machines.fleet.disks.delete(volume_id)


def listed(machines, machine, *arguments):
    """Returns what lsblk lists, as name, size in bytes and mount point, by name.

    lsblk itself lists disks by number. Their numbers are this computer's, and other tests take some meanwhile.
    """
    words = ["lsblk", "--json", "--bytes", "--output", "NAME,SIZE,TYPE,MOUNTPOINT", *arguments]
    done = machines.fleet.run(machine, words)
    assert done.stderr.text == ""
    found = json.loads(done.stdout.text or '{"blockdevices": []}')["blockdevices"]
    assert {device["type"] for device in found} <= {"disk"}
    return sorted((device["name"], device["size"], device["mountpoint"]) for device in found)


GIB = 1024**3
BOTH = [("nvme1n1", GIB, None), ("nvme2n1", 2 * GIB, None)]


def test_lists_no_disk_of_this_computer(machines, machine):
    assert listed(machines, machine) == []
    assert machines.say(machine, "ls /sys/block /sys/class/block /sys/dev/block | grep -v : || true") == ""


def test_follows_disks_that_come_and_go(machines, machine, disks):
    assert listed(machines, machine) == BOTH
    disks.unplug("vol-a")
    assert listed(machines, machine) == BOTH[1:]
    disks.plug("vol-a", 1)
    assert listed(machines, machine) == BOTH


def test_lists_them_after_a_reboot(machines, machine, disks):
    boot_id = machines.say(machine, "cat /proc/sys/kernel/random/boot_id; cat /proc/1/stat | cut -d' ' -f22")
    console = machines.fleet.console(machine)
    boots = console.read_text(errors="replace").count("Welcome to")
    disks.reboot()
    while console.read_text(errors="replace").count("Welcome to") == boots:
        pass
    assert machines.say(machine, "cat /proc/1/stat | cut -d' ' -f22") != boot_id
    assert listed(machines, machine) == BOTH


def test_shows_one_disk_by_its_number_and_by_its_id(machines, machine, disks):
    by_id = "/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_volb"
    assert listed(machines, machine, "/dev/nvme2n1") == BOTH[1:]
    assert listed(machines, machine, by_id) == BOTH[1:]
    number = machines.say(machine, f"lsblk --nodeps --noheadings --raw --output MAJ:MIN {by_id}")
    assert machines.say(machine, f"readlink /sys/dev/block/{number}") == "../../block/nvme2n1"
    assert machines.say(machine, f"cat /sys/dev/block/{number}/diskseq").isdecimal()
    assert machines.say(machine, f"ls /sys/dev/block/{number}/holders") == ""


def test_shows_growth_and_where_it_is_mounted(machines, machine, disks):
    machines.say(machine, "mkfs.ext4 -q /dev/nvme1n1; mkdir /data; mount /dev/nvme1n1 /data")
    machines.fleet.disks.grow("vol-a", 3)
    assert listed(machines, machine) == [("nvme1n1", 3 * GIB, "/data"), BOTH[1]]
    assert machines.say(machine, "findmnt --noheadings --output SOURCE /data") == "/dev/nvme1n1"
    machines.say(machine, "umount /data; rmdir /data")


def test_tools_find_what_is_on_a_disk(machines, machine, disks):
    machines.say(machine, "mkfs.xfs -q -L here /dev/nvme2n1")
    assert machines.say(machine, "lsblk --noheadings --output FSTYPE,LABEL /dev/nvme2n1").split() == ["xfs", "here"]
    assert machines.say(machine, "blkid --match-tag TYPE --output value /dev/nvme2n1") == "xfs"
    assert machines.say(machine, "blkid --label here") == "/dev/nvme2n1"
    assert machines.say(machine, "wipefs --noheadings --output TYPE /dev/nvme2n1") == "xfs"
    assert machines.say(machine, "blockdev --getsize64 /dev/nvme2n1") == str(2 * GIB)
    assert "DEVTYPE=disk" in machines.say(machine, "udevadm info /dev/nvme2n1")


def test_a_machine_does_not_see_another_one_s_disks(machines, machine, disks):
    other = machines.boot(1, volumes={"vol-other": 1})
    assert listed(machines, machine) == BOTH
    assert listed(machines, other) == BOTH[:1]
    machines.remove(other)
    machines.fleet.disks.delete("vol-other")
