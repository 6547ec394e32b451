"""Whatever fails at a boot ends that boot alone, and is said."""

import pytest
from local_aws.host.addresses import NoFreeAddress
from waiting import until


def fails(error):
    def fail(*_arguments):
        raise error

    return fail


def why(instance):
    return instance.state_reason.message.removeprefix("Server.InternalError: Internal error on launch: ")


def test_an_instance_starts_again_after_a_boot_that_failed_as_nobody_expected(world):
    instance = world.make()
    world.driver.before_boot = fails(ValueError("odd"))
    world.start(instance)
    until(lambda: instance.state, "stopped")
    assert why(instance) == f"machine {instance.id} cannot boot: ValueError: odd"
    world.driver.before_boot = lambda _spec: None
    world.start(instance)
    until(lambda: instance.state, "running")


@pytest.mark.parametrize("part", ["record", "claim_link_address"])
def test_an_instance_is_not_pending_for_ever_when_there_is_nothing_to_boot(world, monkeypatch, part):
    instance = world.make()
    monkeypatch.setattr(world.fleet, part, fails(NoFreeAddress("every address is in use")))
    world.start(instance)
    until(lambda: instance.state, "stopped")
    assert "every address is in use" in why(instance)


def test_one_machine_that_cannot_boot_keeps_no_other_from_it_at_the_start(world, capsys):
    one, other = world.run(), world.run()
    world.fleet.halt([one.id, other.id])

    def begin(spec):
        if spec.id == one.id:
            raise ValueError("odd")

    world.driver.before_boot = begin
    world.resume()
    assert (one.state, other.state) == ("stopped", "running")
    assert world.is_on(other)
    assert why(one) == f"machine {one.id} cannot boot: ValueError: odd"
    assert why(one) in capsys.readouterr().err


def test_an_instance_whose_machine_cannot_boot_again_after_an_image_is_stopped(world):
    instance, acted = world.run(), []
    world.driver.before_boot = fails(ValueError("odd"))
    world.machines.restart_around(instance, lambda: acted.append(instance.id))
    assert instance.state == "stopped"
    assert not world.is_on(instance)
    assert why(instance) == f"machine {instance.id} cannot boot: ValueError: odd"
    assert acted == [instance.id]


def test_a_machine_goes_off_although_its_console_takes_nothing(world):
    instance = world.run()
    world.fleet.console(instance.id).mkdir()
    world.driver.problems = ["its disk is busy"]
    world.stop(instance)
    until(lambda: instance.state, "stopped")
