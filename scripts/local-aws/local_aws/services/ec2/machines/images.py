"""CreateImage, CopyImage and DeregisterImage: an image is the layers of a machine, and copies of its disks.

An image is `pending` until all of it is on the disk.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.amis import Ami
from moto.ec2.models.instances import StateReason
from moto.ec2.responses.amis import AmisResponse

from local_aws.core.background import background
from local_aws.core.errors import LocalAwsError
from local_aws.core.operations import correction

from . import view
from .contents import POLL_SEC, require_disk
from .copies import Copies, settle
from .errors import told_as
from .instance_machines import InstanceMachines

Original = Callable[..., Any]
# moto does not pass NoReboot on to the backend.
_request = threading.local()


def install(machines: InstanceMachines, copies: Copies) -> None:
    """Makes an image keep the files of its machine."""
    layers = machines.fleet.layers
    Ami.state_reason = None
    machines.resumers.append(lambda: _resume(machines))

    @correction(AmisResponse, "create_image")
    def create_image_request(original: Original, self: Any) -> Any:
        with _no_reboot(self._get_bool_param("NoReboot", False)):
            return original(self)

    @correction(EC2Backend, "create_image")
    def create_image(original: Original, self: Any, instance_id: str, *args: Any, **keywords: Any) -> Any:
        disks, instance = machines.fleet.disks, self.get_instance(instance_id)
        with told_as("InternalError"):
            disks.require_space()
            for volume in view.data_volumes_of(instance):
                require_disk(disks, volume)
        with copies.later() as snapshots:
            image = original(self, instance_id, *args, **keywords)
        image.state = image.ebs_snapshot.status = "pending"
        no_reboot = getattr(_request, "no_reboot", False)
        keep_files(machines, instance, image, snapshots, no_reboot=no_reboot)
        return image

    @correction(EC2Backend, "copy_image")
    def copy_image(original: Original, self: Any, source_image_id: str, *args: Any, **keywords: Any) -> Any:
        image = original(self, source_image_id, *args, **keywords)
        layers.alias(image.id, source_image_id)
        _wait_for_copies(image)
        return image

    @correction(EC2Backend, "deregister_image")
    def deregister_image(original: Original, self: Any, ami_id: str, *args: Any, **keywords: Any) -> Any:
        done = original(self, ami_id, *args, **keywords)

        def forget() -> None:
            background.wait_until_saved()
            layers.forget(ami_id)

        background.start(forget, lambda _problem: None)
        return done


def keep_files(
    machines: InstanceMachines, instance: Any, image: Ami, snapshots: dict[str, str], *, no_reboot: bool
) -> None:
    """Begins to make an image, which is available when that is done: of the machine, and of its disks."""

    def make() -> None:
        machines.fleet.make_image(instance.id, image.id, snapshots)

    def keep() -> None:
        if no_reboot:
            # Others may act on the machine while its disks are copied, which takes longest.
            machines.fleet.make_image(instance.id, image.id, snapshots, machines.turn(instance))
        else:
            # As on AWS, the machine goes down so that its files are complete, and comes up again.
            machines.restart_around(instance, make)
        background.wait_until_saved()

    def kept(problem: LocalAwsError | None) -> None:
        for snapshot in _snapshots(image):
            settle(snapshot, problem)
        image.state = "failed" if problem else "available"
        if problem:
            image.state_reason = StateReason(str(problem), "Server.InternalError")
        if image.id not in image.ec2_backend.amis:
            # It was deregistered meanwhile.
            machines.fleet.layers.forget(image.id)

    background.start(keep, kept)


def _wait_for_copies(image: Ami) -> None:
    if all(each.status == "completed" for each in _snapshots(image)):
        return
    image.state = "pending"

    def wait() -> None:
        while any(each.status == "pending" for each in _snapshots(image)):
            background.pause(POLL_SEC)

    def copied(_problem: LocalAwsError | None) -> None:
        image.state = "available" if all(each.status == "completed" for each in _snapshots(image)) else "failed"

    background.start(wait, copied)


def _snapshots(image: Ami) -> Iterator[Any]:
    yield image.ebs_snapshot
    for disk in image.data_disks:
        snapshot = image.ec2_backend.snapshots.get(disk["Ebs"]["SnapshotId"])
        if snapshot:
            yield snapshot


def _resume(machines: InstanceMachines) -> None:
    """Settles the images that were being made when the last server ended."""
    known = set(machines.fleet.layers.known_images())
    for backend in view.all_backends():
        for image in list(backend.amis.values()):
            if image.state == "pending":
                whole = image.id in known and all(each.status != "error" for each in _snapshots(image))
                image.state = "available" if whole else "failed"
                settle(image.ebs_snapshot, None if whole else LocalAwsError("the local AWS ended meanwhile"))


@contextlib.contextmanager
def _no_reboot(value: bool) -> Iterator[None]:
    _request.no_reboot = value
    try:
        yield
    finally:
        _request.no_reboot = False
