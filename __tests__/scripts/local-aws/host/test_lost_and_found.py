"""After a crash, the state of AWS's side may be older than the files. Nothing that holds data is deleted then."""

import tempfile
from ipaddress import IPv4Network
from pathlib import Path

import pytest
from local_aws.core.home import Home
from local_aws.host.addresses import AddressPlan
from local_aws.host.drivers import choose_driver
from local_aws.host.fleet import Fleet, Known
from local_aws.host.names import Folders, Names
from local_aws.host.record import load_record

NOBODY = Known(instances=(), volumes=("vol-of-somebody",), snapshots=(), images=())


@pytest.fixture
def fleet(tmp_path):
    """A fleet as files alone. Nothing boots."""
    base = tmp_path / "base"
    base.mkdir()
    home = tmp_path / "home"
    driver = choose_driver(Folders(home), Names.of(home))
    fleet = Fleet(home, AddressPlan(IPv4Network("198.18.0.0/20")), base, driver)
    fleet.folders.make()
    return fleet


def make_disk(fleet, volume_id, content=b""):
    with fleet.disks.make(volume_id, 1).open("r+b") as disk:
        disk.write(content)
        disk.flush()


def make_machine(fleet, instance_id, file="", image="ami-any"):
    fleet.record(instance_id, image)
    upper = fleet.folders.instances / instance_id / "upper"
    upper.mkdir()
    if file:
        (upper / file).write_text(file)


def head(disk):
    with disk.open("rb") as file:
        return file.read(8)


def names(folder):
    return sorted(entry.name for entry in folder.iterdir())


def test_unknown_disks_with_data_are_kept(fleet, capsys):
    make_disk(fleet, "vol-data", b"precious")
    make_disk(fleet, "vol-blank")
    fleet.remove_unknown(NOBODY)
    assert names(fleet.folders.disks) == []
    assert fleet.describe()["lost_and_found"] == ["disks/vol-data"]
    assert head(fleet.folders.lost_and_found / "disks/vol-data") == b"precious"
    assert capsys.readouterr().err == (
        f"local-aws: the saved state does not know disks/vol-data, which hold data: they are kept in "
        f"{fleet.folders.lost_and_found}; remove them there when you do not need them\n"
    )


@pytest.mark.skipif(not Path("/dev/shm").is_dir(), reason="this computer has no /dev/shm")
def test_unknown_disks_in_another_file_system_are_kept_in_the_home(fleet):
    with tempfile.TemporaryDirectory(dir="/dev/shm") as elsewhere:
        fleet.folders.disks.rmdir()
        fleet.folders.disks.symlink_to(elsewhere)
        make_disk(fleet, "vol-data", b"precious")
        fleet.remove_unknown(NOBODY)
        assert names(fleet.folders.disks) == []
    assert head(fleet.folders.lost_and_found / "disks/vol-data") == b"precious"


def test_known_disks_stay_where_they_are(fleet):
    make_disk(fleet, "vol-of-somebody", b"precious")
    fleet.remove_unknown(NOBODY)
    assert names(fleet.folders.disks) == ["vol-of-somebody"]
    assert fleet.describe()["lost_and_found"] == []


def test_unknown_snapshots_with_data_are_kept(fleet):
    make_disk(fleet, "vol-of-somebody", b"precious")
    fleet.disks.snapshot("vol-of-somebody", "snap-1")
    fleet.remove_unknown(NOBODY)
    assert fleet.describe()["lost_and_found"] == ["snapshots/snap-1"]


def test_an_unknown_machine_is_kept_with_the_layers_below_it(fleet):
    make_machine(fleet, "i-1", "built")
    fleet.layers.keep("ami-1", fleet.folders.instances / "i-1")
    (fleet.folders.instances / "i-1/upper/later").write_text("later")
    fleet.remove_unknown(NOBODY)
    assert fleet.describe()["lost_and_found"] == ["instances/i-1"]
    layers = load_record(fleet.folders.lost_and_found / "instances/i-1").layers
    assert (fleet.folders.home / layers[0] / "built").read_text() == "built"


def test_an_unknown_machine_that_never_booted_is_removed(fleet):
    make_machine(fleet, "i-1")
    fleet.remove_unknown(NOBODY)
    assert names(fleet.folders.instances) == []
    assert fleet.describe()["lost_and_found"] == []


def test_an_unknown_image_is_kept_when_nothing_else_has_its_layer(fleet):
    make_machine(fleet, "i-1", "built")
    fleet.layers.keep("ami-1", fleet.folders.instances / "i-1")
    fleet.remove("i-1")
    fleet.remove_unknown(NOBODY)
    assert fleet.describe()["lost_and_found"] == ["images/ami-1"]
    assert (fleet.folders.lost_and_found / "images/ami-1/files/built").exists()


def test_a_second_thing_of_the_same_name_does_not_replace_the_first(fleet):
    for content in (b"content1", b"content2"):
        make_disk(fleet, "vol-1", content)
        fleet.remove_unknown(NOBODY)
    kept = fleet.folders.lost_and_found / "disks"
    assert [head(kept / name) for name in names(kept)] == [b"content1", b"content2"]


def test_what_aws_side_deletes_is_gone(fleet):
    make_disk(fleet, "vol-1", b"precious")
    make_machine(fleet, "i-1", "built")
    fleet.disks.delete("vol-1")
    fleet.remove("i-1")
    fleet.remove_unknown(NOBODY)
    assert fleet.describe()["lost_and_found"] == []


def test_an_interrupted_removal_goes_on(fleet, monkeypatch):
    make_machine(fleet, "i-1", "built")

    def killed(_folder):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("shutil.rmtree", killed)
        with pytest.raises(KeyboardInterrupt):
            fleet.remove("i-1")
    assert names(fleet.folders.instances) == ["i-1.removed"]
    fleet.remove_unknown(NOBODY)
    assert names(fleet.folders.instances) == []
    assert fleet.describe()["lost_and_found"] == []


def test_half_a_copy_is_removed(fleet):
    (fleet.folders.snapshots / "snap-1.partial").write_bytes(b"half")
    fleet.remove_unknown(NOBODY)
    assert names(fleet.folders.snapshots) == []
    assert fleet.describe()["lost_and_found"] == []


def test_an_empty_state_takes_nothing_away(fleet):
    make_disk(fleet, "vol-1", b"precious")
    fleet.remove_unknown(Known((), (), (), ()))
    assert names(fleet.folders.disks) == ["vol-1"]


def test_clean_removes_it_too(fleet):
    make_disk(fleet, "vol-1", b"precious")
    fleet.remove_unknown(NOBODY)
    home = Home(fleet.folders.home)
    home.take()
    home.remove()
    home.release()
    assert not fleet.folders.home.exists()
