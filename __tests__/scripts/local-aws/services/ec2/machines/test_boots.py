"""A machine boots with what its instance has at that moment, whatever else happens to the instance meanwhile."""

import threading
from types import SimpleNamespace

from local_aws.core.background import background
from local_aws.services.ec2.machines import images
from waiting import until

# Within this time, somebody who does not wait for a boot is done.
MEANWHILE_SEC = 0.3


def at_once(world, action):
    """Does something while the next machine boots. Returns what waits until that is done."""
    thread = threading.Thread(target=action)

    def begin(_spec):
        thread.start()
        thread.join(MEANWHILE_SEC)

    world.driver.before_boot = begin
    return thread.join


def stopped(world):
    """Makes an instance that has files."""
    instance = world.run()
    world.stop(instance)
    until(lambda: instance.state, "stopped")
    return instance


def test_a_machine_boots_from_the_layers_of_an_image_that_was_being_made_of_it(world):
    instance = stopped(world)
    with world.machines.turn(instance):
        world.start(instance)
        world.fleet.make_image(instance.id, "ami-made", {})
    until(lambda: instance.state, "running")
    assert world.guest(instance).spec.layers[0] == "images/ami-made/files"


def test_the_files_of_a_machine_that_boots_stay_its_own_when_an_image_is_made_without_a_reboot(world):
    instance = stopped(world)
    upper = world.fleet.folders.instances / instance.id / "upper"
    before = upper.stat().st_ino
    image = SimpleNamespace(
        id="ami-made", ebs_snapshot=SimpleNamespace(), data_disks=[], ec2_backend=world.backend, state="pending"
    )
    world.backend.amis[image.id] = image
    done = at_once(world, lambda: images.keep_files(world.machines, instance, image, {}, no_reboot=True))
    world.start(instance)
    until(lambda: (instance.state, image.state), ("running", "available"))
    done()
    assert upper.stat().st_ino == before
    assert world.fleet.layers.known_images() == [image.id]


def test_a_machine_that_boots_again_has_the_disk_that_is_attached_meanwhile(world):
    instance, attached = world.run(), []
    done = at_once(world, lambda: attached.append(world.attach(instance)))
    world.machines.restart_around(instance, lambda: None)
    done()
    assert world.guest(instance).disks == set(attached)


def test_a_machine_that_boots_again_does_not_have_the_disk_that_is_detached_meanwhile(world):
    instance = world.run()
    volume_id = world.attach(instance)
    done = at_once(world, lambda: world.detach(instance, volume_id))
    world.machines.restart_around(instance, lambda: None)
    done()
    assert world.guest(instance).disks == set()


def test_a_boot_does_not_speak_for_a_later_one(world, monkeypatch):
    instance, saved = world.make(), threading.Event()
    monkeypatch.setattr(background, "wait_until_saved", saved.wait)
    world.start(instance)
    until(lambda: world.is_on(instance), True)
    powers_itself_off(world, instance)
    with world.machines.turn(instance):
        world.start(instance)
        saved.set()
        until(lambda: background.under_way, 1)
        assert instance.state == "pending"
    until(lambda: instance.state, "running")
    assert world.is_on(instance)


def test_an_instance_whose_machine_goes_off_while_others_boot_at_the_start_stays_stopped(world):
    one, other = world.run(), world.run()
    world.fleet.halt([one.id, other.id])

    def begin(spec):
        if spec.id == other.id:
            until(lambda: world.is_on(one), True)
            powers_itself_off(world, one)

    world.driver.before_boot = begin
    world.resume()
    assert (one.state, other.state) == ("stopped", "running")


def powers_itself_off(world, instance):
    world.guest(instance).cut_power()
    until(lambda: instance.state, "stopped")
