"""What is on the volumes of a home that an older server or a killed one left."""

from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from local_aws.core.background import background
from local_aws.host.commands import MachineError
from local_aws.host.disk import Disks
from local_aws.host.lost_and_found import LostAndFound
from local_aws.host.names import Folders
from local_aws.services.ec2.machines import contents, volumes
from waiting import until


@pytest.fixture
def disks(tmp_path):
    folders = Folders(tmp_path)
    folders.make()
    disks = Disks(folders, SimpleNamespace(standing_still=lambda _file: nullcontext()))
    disks.snapshot_file("snap-1").write_bytes(b"of the snapshot")
    return disks


@pytest.fixture
def backend(monkeypatch):
    snapshots = {"snap-1": SimpleNamespace(), "snap-blank": SimpleNamespace(local_aws_blank=True)}
    backend = SimpleNamespace(volumes={}, snapshots=snapshots)
    monkeypatch.setattr(contents.view, "all_backends", lambda: [backend])
    return backend


def saved(backend, snapshot_id, **attributes):
    """Adds the volume of a saved state."""
    asked = {"id": "vol-1", "size": 1, "attachment": None, **attributes}
    volume = backend.volumes["vol-1"] = SimpleNamespace(snapshot_id=snapshot_id, ec2_backend=backend, **asked)
    return volume


def resume(disks):
    contents.resume(disks)
    until(lambda: background.under_way, 0)


def content_and_state(volume):
    return contents.content_of(volume), getattr(volume, contents.STATE, None)


def test_a_volume_that_never_got_the_bytes_of_its_snapshot_gets_them(disks, backend):
    volume = saved(backend, "snap-1")
    resume(disks)
    assert content_and_state(volume) == ("copy", None)
    assert disks.file("vol-1").read_bytes().startswith(b"of the snapshot")


@pytest.mark.parametrize("state", [{}, {contents.STATE: "creating"}])
def test_a_volume_that_has_its_bytes_keeps_them(disks, backend, state):
    volume = saved(backend, "snap-1", **state)
    disks.file("vol-1").write_bytes(b"written later")
    resume(disks)
    assert content_and_state(volume) == ("copy", None)
    assert disks.file("vol-1").read_bytes() == b"written later"


def test_a_volume_that_was_made_and_lost_its_file_does_not_go_back_to_its_snapshot(disks, backend):
    volume = saved(backend, "snap-1", **{contents.CONTENT: contents.COPY})
    resume(disks)
    assert not disks.file("vol-1").exists()
    with pytest.raises(MachineError, match="volume vol-1 has no bytes on this computer: its file is not at"):
        contents.require_disk(disks, volume)


def test_a_volume_whose_snapshot_is_gone_is_no_blank_volume(disks, backend):
    volume = saved(backend, "snap-gone")
    resume(disks)
    assert content_and_state(volume) == ("copy", "error")
    with pytest.raises(MachineError, match="volume vol-1 could not be made: snap-gone has no bytes on this computer"):
        contents.require_disk(disks, volume)


def test_a_volume_whose_snapshot_cannot_be_read_is_in_error_and_nothing_else(disks, backend):
    loop = disks.snapshot_file("snap-1")
    loop.unlink()
    loop.symlink_to(loop)
    volume = saved(backend, "snap-1")
    resume(disks)
    assert content_and_state(volume) == ("copy", "error")
    with pytest.raises(MachineError, match=r"could not be made: the bytes of snap-1 cannot be read: .*symbolic links"):
        contents.require_disk(disks, volume)
    assert contents.is_last_copy("snap-1")


@pytest.mark.parametrize("failed", [False, True])
def test_the_bytes_of_a_deleted_snapshot_stay_when_no_volume_got_them(disks, backend, tmp_path, failed):
    saved(backend, "snap-1", **({contents.PROBLEM: "no space"} if failed else {}))
    fleet = SimpleNamespace(disks=disks, lost_and_found=LostAndFound(Folders(tmp_path)))
    volumes.remove_snapshot(fleet, "snap-1")
    until(lambda: background.under_way, 0)
    assert not disks.snapshot_file("snap-1").exists()
    assert fleet.lost_and_found.things() == (["snapshots/snap-1"] if failed else [])


def test_a_volume_that_a_machine_has_had_is_never_blank_again(disks, backend):
    volume = saved(backend, None)
    contents.require_disk(disks, volume)
    file = disks.make("vol-1", 1)
    contents.note_used([volume])
    contents.require_disk(disks, volume)
    file.unlink()
    with pytest.raises(MachineError, match="volume vol-1 has no bytes on this computer: its file is not at"):
        contents.require_disk(disks, volume)
    resume(disks)
    assert content_and_state(volume) == ("own", None)


def test_a_blank_volume_that_is_made_once_more_needs_no_snapshot(disks, backend):
    attributes = {contents.CONTENT: contents.BLANK, contents.STATE: "creating"}
    volume = saved(backend, "snap-gone", **attributes)
    resume(disks)
    assert content_and_state(volume) == ("blank", None)


@pytest.mark.parametrize("snapshot", [None, "snap-blank"])
def test_a_blank_volume_stays_blank(disks, backend, snapshot):
    volume = saved(backend, snapshot)
    resume(disks)
    backend.snapshots.clear()
    contents.require_disk(disks, volume)
    assert content_and_state(volume) == ("blank", None)


def test_an_attached_root_disk_is_none_that_a_machine_may_have_beside_its_own(disks, backend):
    instance = SimpleNamespace(root_device_name="/dev/xvda")
    volume = saved(backend, None, attachment=SimpleNamespace(instance=instance, device="/dev/xvda"))
    resume(disks)
    volume.attachment = None
    with pytest.raises(MachineError, match="volume vol-1 has no bytes on this computer: a root disk is layers"):
        contents.require_disk(disks, volume)


def test_a_volume_that_could_not_be_made_stays_so(disks, backend):
    volume = saved(backend, "snap-1", **{contents.STATE: "error"})
    resume(disks)
    assert getattr(volume, contents.STATE) == "error"
    assert not disks.file("vol-1").exists()
