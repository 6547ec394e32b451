"""An instance is not off before its machine is."""

import threading

import pytest
from local_aws.core.background import Background
from local_aws.host import machine
from local_aws.services.ec2.machines import instance_machines
from waiting import until


@pytest.fixture
def halts(monkeypatch):
    """How often a machine was cut off. Halts lose their patience at once."""
    cuts = []
    cut_off = machine.Machine.cut_off

    def counted(self):
        cuts.append(self.spec.id)
        cut_off(self)

    monkeypatch.setattr(machine, "POWER_OFF_LIMIT_SEC", 0.01)
    monkeypatch.setattr(machine.Machine.halt, "__defaults__", (0.01,))
    monkeypatch.setattr(machine.Machine, "cut_off", counted)
    monkeypatch.setattr(instance_machines, "HALT_PAUSE_SEC", 0.01)
    return cuts


def wait_for_more(things, number=3):
    before = len(things)
    until(lambda: len(things) >= before + number, True)


def test_an_instance_is_stopping_until_its_machine_is_off(world, halts, capsys):
    instance = world.run()
    world.driver.obedient = False
    world.stop(instance)
    wait_for_more(halts)
    assert instance.state == "stopping"
    assert world.is_on(instance)
    world.driver.obedient = True
    until(lambda: instance.state, "stopped")
    assert not world.is_on(instance)
    assert f"machine {instance.id} is still on" in capsys.readouterr().err


def test_the_files_of_a_terminated_instance_stay_until_its_machine_is_off(world, halts):
    instance = world.run()
    folder = world.fleet.folders.instances / instance.id
    world.driver.obedient = False
    world.terminate(instance)
    wait_for_more(halts)
    assert instance.state == "shutting-down"
    assert (folder / "upper").exists()
    world.driver.obedient = True
    until(lambda: instance.state, "terminated")
    until(folder.exists, False)


def test_an_image_is_made_when_the_machine_is_off(world, halts):
    instance = world.run()
    world.driver.obedient = False
    was_on = []
    made = threading.Thread(
        target=lambda: world.machines.restart_around(instance, lambda: was_on.append(world.is_on(instance)))
    )
    made.start()
    wait_for_more(halts)
    assert was_on == []
    world.driver.obedient = True
    made.join()
    assert was_on == [False]
    assert world.is_on(instance)


def test_nobody_waits_for_a_machine_when_the_local_aws_ends(world, halts, monkeypatch):
    ending = Background()
    monkeypatch.setattr(instance_machines, "background", ending)
    instance = world.run()
    world.driver.obedient = False
    world.stop(instance)
    wait_for_more(halts)
    ending.close(60)
    assert ending.under_way == 0
    assert instance.state == "stopping"
