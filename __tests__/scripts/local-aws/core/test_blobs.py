"""The large contents of the saved state."""

import pytest
from local_aws.core.blobs import Blobs


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "bodies"


@pytest.fixture
def blobs(folder):
    return Blobs(folder)


def test_a_content_reaches_the_disk_when_it_is_written_and_no_call_waits(blobs, folder):
    name = blobs.put(b"content")
    assert not folder.exists()
    blobs.write()
    assert Blobs(folder).get(name) == b"content"


def test_a_content_that_nobody_uses_any_more_is_not_written(blobs, folder):
    blobs.put(b"old")
    blobs.used = set()
    name = blobs.put(b"new")
    blobs.write()
    assert [file.name for file in folder.iterdir()] == [name]


def test_a_content_is_not_lost_when_it_cannot_be_written(blobs, folder):
    name = blobs.put(b"content")
    folder.touch()
    with pytest.raises(OSError, match="exists"):
        blobs.write()
    folder.unlink()
    # The object knows the name already, and is not asked for its content again.
    blobs.used = set()
    blobs.use(name)
    blobs.write()
    assert Blobs(folder).get(name) == b"content"


def test_a_content_is_written_once(blobs, folder):
    name = blobs.put(b"content")
    blobs.write()
    written = (folder / name).stat().st_ino
    blobs.put(b"content")
    blobs.write()
    assert (folder / name).stat().st_ino == written
