"""Layers of images and machines, as files alone."""

import pytest
from local_aws.host import image_layers
from local_aws.host.commands import run
from local_aws.host.image_layers import ImageLayers
from local_aws.host.names import Folders
from local_aws.host.record import Record, load_record, save_record


@pytest.fixture
def folders(tmp_path):
    folders = Folders(tmp_path / "home")
    folders.make()
    return folders


@pytest.fixture
def layers(folders, tmp_path):
    base = tmp_path / "base"
    base.mkdir()
    return ImageLayers(folders, base)


def machine(folders, layers, name, image="ami-unknown", file=None):
    folder = folders.instances / name
    (folder / "upper").mkdir(parents=True)
    save_record(folder, Record(layers.of_image(image)))
    if file:
        (folder / "upper" / file).write_text(file)
    return folder


def kept(folders):
    return sorted(folder.name for folder in folders.images.iterdir())


def test_an_unknown_image_is_the_base(folders, layers, tmp_path):
    (layer,) = layers.of_image("ami-unknown")
    assert (folders.home / layer).resolve() == tmp_path / "base"


def test_an_image_has_the_machine_s_layer_on_top_of_its_former_layers(folders, layers):
    folder = machine(folders, layers, "i-1", file="built")
    below = load_record(folder).layers
    layers.keep("ami-1", folder)
    assert layers.of_image("ami-1") == ["images/ami-1/files", *below]
    assert (folders.home / "images/ami-1/files/built").read_text() == "built"
    assert load_record(folder).layers == layers.of_image("ami-1")
    assert list((folder / "upper").iterdir()) == []


@pytest.mark.parametrize("way", ["keep", "copy"])
def test_every_byte_of_a_layer_is_on_the_disk_before_its_image_lists_it(folders, layers, monkeypatch, way):
    folder = machine(folders, layers, "i-1", file="built")
    done = []

    def note(*arguments, **keywords):
        done.append((arguments[0], (folders.images / "ami-1/image.json").exists()))
        return run(*arguments, **keywords)

    monkeypatch.setattr(image_layers, "run", note)
    getattr(layers, way)("ami-1", folder)
    assert done[-1] == ("sync", False)
    assert (folders.home / layers.of_image("ami-1")[0] / "built").read_text() == "built"


def test_a_layer_stays_while_a_machine_or_an_image_uses_it(folders, layers):
    source = machine(folders, layers, "i-1", file="built")
    layers.keep("ami-1", source)
    layers.alias("ami-2", "ami-1")
    made = machine(folders, layers, "i-2", "ami-2")
    layers.forget("ami-1")
    assert "ami-1" in kept(folders)
    for folder in (source, made):
        save_record(folder, Record(["bases/none"]))
    layers.free_unused()
    assert kept(folders) == ["ami-1", "ami-2"]
    layers.forget("ami-2")
    assert kept(folders) == []


def test_a_crash_between_naming_and_moving_a_layer_loses_nothing(folders, layers):
    folder = machine(folders, layers, "i-1", file="precious")
    below = load_record(folder).layers
    save_record(folder, Record(["images/ami-1/files", *below]))
    assert layers.usable(load_record(folder)) == below
    assert (folder / "upper/precious").exists()


def test_a_base_that_is_gone_is_replaced_by_the_present_one(folders, layers, tmp_path):
    folder = machine(folders, layers, "i-1")
    other = tmp_path / "newer-base"
    other.mkdir()
    (tmp_path / "base").rmdir()
    (layer,) = ImageLayers(folders, other).usable(load_record(folder))
    assert (folders.home / layer).resolve() == other


def test_a_machine_keeps_the_base_that_it_was_made_from(folders, layers, tmp_path):
    folder = machine(folders, layers, "i-1")
    other = tmp_path / "newer-base"
    other.mkdir()
    newer = ImageLayers(folders, other)
    machine(folders, newer, "i-2")
    newer.free_unused()
    (layer,) = newer.usable(load_record(folder))
    assert (folders.home / layer).resolve() == tmp_path / "base"


def test_fails_to_keep_a_machine_that_is_not_there(folders, layers):
    with pytest.raises(FileNotFoundError, match="holds no machine"):
        layers.keep("ami-1", folders.instances / "i-none")
