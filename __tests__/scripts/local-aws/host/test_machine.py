"""One machine by itself, without AWS's API."""

import shutil
import subprocess
import tempfile
import threading
import time
from pathlib import Path

import pytest
from local_aws.core.errors import LocalAwsError
from local_aws.host import clean_up
from local_aws.host.addresses import AddressPlan, MachineAddresses
from local_aws.host.commands import MachineError
from local_aws.host.disk import Disks
from local_aws.host.driver import MachineSpec
from local_aws.host.drivers import choose_driver
from local_aws.host.fleet import new_fleet
from local_aws.host.image_layers import ImageLayers
from local_aws.host.machine import Machine, Surroundings
from local_aws.host.names import Folders, Names
from local_aws.host.network import Network
from local_aws.host.record import Record, save_record

pytestmark = pytest.mark.machines
STUCK = b"""#cloud-config
write_files:
  - path: /etc/systemd/system/stuck.service
    content: |
      [Service]
      ExecStart=/bin/sleep infinity
      ExecStop=/bin/sleep infinity
      TimeoutStopSec=600
runcmd:
  - systemctl start stuck
"""


@pytest.fixture(scope="module")
def plan(place):
    return AddressPlan(place.subnets()[0])


@pytest.fixture(scope="module")
def address(plan):
    return str(plan.network[9])


@pytest.fixture
def around(base_image, plan, place):
    home = Path(tempfile.mkdtemp(prefix="machine, with a space: ", dir=place.folder))
    # A sweep after a kill of this test takes the folder for a local AWS by this file.
    (home / "server.lock").touch()
    folders, names = Folders(home), Names.of(home)
    folders.make()
    driver = choose_driver(folders, names)
    around = Surroundings(folders, Network(names, plan), Disks(folders, driver.disks), driver, authority="")
    around.network.up()
    yield around
    clean_up.clean_up(home)
    assert clean_up.leftovers(home) == []
    clean_up.require_nothing_mounted(home)
    shutil.rmtree(home)


@pytest.fixture
def make_machine(around, base_image, login, address):
    def make(user_data=b"", on_off=lambda _machine: None):
        spec = MachineSpec(
            id="i-0123456789abcdef0",
            layers=ImageLayers(around.folders, base_image).of_image("ami-any"),
            hostname="alone",
            mac_address="02:00:00:00:00:01",
            addresses=MachineAddresses(address),
            placement={"region": "eu-central-1"},
            keys=[login.public],
            user_data=user_data,
        )
        folder = around.folders.instances / spec.id
        folder.mkdir(exist_ok=True)
        save_record(folder, Record(list(spec.layers)))
        return Machine(spec, around, on_off)

    return make


def left_of_machines(around):
    """Returns what the kernel has, without the namespace of the services: that stays as long as the network."""
    services = Names.of(around.folders.home).services_namespace
    return [line for line in clean_up.leftovers(around.folders.home) if services not in line]


def wait_for(condition, limit_sec=600):
    deadline = time.monotonic() + limit_sec
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.fixture
def logs_in(login, address):
    return lambda: login.ssh(address, "true").returncode == 0


def test_boots_from_a_folder_with_odd_characters_and_powers_off(around, make_machine, logs_in):
    machine = make_machine()
    machine.boot()
    wait_for(logs_in)
    machine.halt()
    assert not machine.is_on
    assert "Powering off." in (machine.folder / "console.log").read_text(errors="replace")
    assert [line for line in left_of_machines(around) if "process" in line or "namespace" in line] == []


def test_is_cut_off_when_it_does_not_go_down(make_machine, login, address):
    machine = make_machine(STUCK)
    machine.boot()
    wait_for(lambda: login.ssh(address, "systemctl is-active --quiet stuck").returncode == 0)
    started = time.monotonic()
    machine.halt(limit_sec=3)
    assert not machine.is_on
    # Without the limit it would take ten minutes.
    assert 3 <= time.monotonic() - started < 600


def test_can_be_powered_off_before_it_is_up(make_machine):
    machine = make_machine()
    machine.boot()
    machine.halt()
    assert not machine.is_on


def test_reports_that_it_went_off_by_itself_and_not_that_it_was_powered_off(make_machine, login, address, logs_in):
    went_off = []
    machine = make_machine(on_off=went_off.append)
    machine.boot()
    wait_for(logs_in)
    login.ssh(address, "sudo poweroff")
    wait_for(lambda: went_off == [machine])
    again = make_machine(on_off=went_off.append)
    again.boot()
    again.halt()
    wait_for(lambda: not [thread for thread in threading.enumerate() if thread.name.startswith("watch ")])
    assert went_off == [machine]


def test_fails_to_boot_in_one_sentence_and_leaves_nothing(around, make_machine):
    machine = make_machine()
    shutil.rmtree(around.folders.disks)
    object.__setattr__(machine.spec, "volumes", {"vol-1": 1})
    with pytest.raises(MachineError, match=r"machine i-0123456789abcdef0 cannot boot: .*vol-1"):
        machine.boot()
    assert not machine.is_on
    assert [line for line in left_of_machines(around) if "namespace" in line or "loop" in line] == []


def test_fails_for_a_network_that_this_host_routes_elsewhere(around, plan):
    other = Network(Names("ffffff"), plan)
    with pytest.raises(
        LocalAwsError, match=rf"--network {plan.network}: this machine already routes {plan.network} to lwb"
    ):
        other.up()


def test_a_start_that_failed_on_a_taken_network_may_get_another(base_image, place, tmp_path):
    taken, free = place.subnets()[1:3]
    subprocess.run(["ip", "route", "add", "unreachable", str(taken)], check=True)
    try:
        with pytest.raises(LocalAwsError, match=rf"this machine already routes {taken}"):
            new_fleet(tmp_path, taken, base_image).open()
    finally:
        subprocess.run(["ip", "route", "del", "unreachable", str(taken)], check=True)
    fleet = new_fleet(tmp_path, free, base_image)
    fleet.open()
    fleet.shut_down()
    with pytest.raises(LocalAwsError, match=rf"was made with --network {free}, not {taken}"):
        new_fleet(tmp_path, taken, base_image)
