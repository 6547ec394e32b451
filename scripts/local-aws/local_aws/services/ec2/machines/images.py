"""CreateImage, CopyImage and DeregisterImage: an image is the layers of a machine."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.responses.amis import AmisResponse

from local_aws.core.operations import correction

from .errors import told_as
from .instance_machines import InstanceMachines

Original = Callable[..., Any]
# moto does not pass NoReboot on to the backend.
_request = threading.local()


def install(machines: InstanceMachines) -> None:
    """Makes an image keep the files of its machine."""

    @correction(AmisResponse, "create_image")
    def create_image_request(original: Original, self: Any) -> Any:
        with _no_reboot(self._get_bool_param("NoReboot", False)):
            return original(self)

    @correction(EC2Backend, "create_image")
    def create_image(original: Original, self: Any, instance_id: str, *args: Any, **keywords: Any) -> Any:
        image = original(self, instance_id, *args, **keywords)
        try:
            with told_as("InternalError"):
                _keep(machines, self.get_instance(instance_id), image.id)
        except Exception:
            self.amis.pop(image.id, None)
            self.snapshots.pop(image.ebs_snapshot.id, None)
            raise
        return image

    @correction(EC2Backend, "copy_image")
    def copy_image(original: Original, self: Any, source_image_id: str, *args: Any, **keywords: Any) -> Any:
        image = original(self, source_image_id, *args, **keywords)
        machines.fleet.layers.alias(image.id, source_image_id)
        return image

    @correction(EC2Backend, "deregister_image")
    def deregister_image(original: Original, self: Any, ami_id: str, *args: Any, **keywords: Any) -> Any:
        done = original(self, ami_id, *args, **keywords)
        machines.fleet.layers.forget(ami_id)
        return done


def _keep(machines: InstanceMachines, instance: Any, image_id: str) -> None:
    folder = machines.fleet.folders.instances / instance.id
    running = machines.fleet.get(instance.id)
    if running and getattr(_request, "no_reboot", False):
        machines.fleet.layers.copy(image_id, folder)
        return
    # As on AWS, the machine goes down so that its files are complete, and comes up again.
    if running:
        machines.fleet.halt([instance.id])
    machines.fleet.layers.keep(image_id, folder)
    if running:
        machines.boot(instance)


@contextlib.contextmanager
def _no_reboot(value: bool) -> Iterator[None]:
    _request.no_reboot = value
    try:
        yield
    finally:
        _request.no_reboot = False
