"""What only a local AWS with machines can meet: without them, no instance is pending."""

from types import SimpleNamespace

import pytest
from local_aws.core.operations import ApiError
from local_aws.services.ec2.ebs_attachments import find_instance


def detach(state):
    instance = SimpleNamespace(id="i-1", state=state, root_device_name="/dev/xvda")
    volume = SimpleNamespace(id="vol-1", attachment=SimpleNamespace(instance=instance, device="/dev/sdf"))
    backend = SimpleNamespace(get_volume={volume.id: volume}.get)
    asked = {"VolumeId": volume.id, "InstanceId": instance.id}
    return find_instance(lambda _response: "detached", SimpleNamespace(ec2_backend=backend, _get_param=asked.get))


def test_fails_to_detach_while_the_instance_is_pending():
    with pytest.raises(ApiError, match="instance 'i-1' is pending: expected running or stopped") as caught:
        detach("pending")
    assert caught.value.code == "IncorrectState"


def test_detaches_from_a_running_and_a_stopped_instance():
    assert [detach(state) for state in ("running", "stopped")] == ["detached"] * 2
