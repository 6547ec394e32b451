import os

import pytest
import safe_folder


@pytest.fixture
def folder(tmp_path):
    with safe_folder.opened(tmp_path) as descriptor:
        yield descriptor


def test_opens_a_folder_below_others(tmp_path):
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "a/b/file").write_text("here")
    with safe_folder.opened(tmp_path, "a", "b") as descriptor:
        assert safe_folder.read_text(descriptor, "file") == "here"


@pytest.mark.parametrize("link", ["a", "b"])
def test_fails_for_a_link_in_the_place_of_a_folder(tmp_path, link):
    (tmp_path / "elsewhere/b").mkdir(parents=True)
    if link == "a":
        (tmp_path / "a").symlink_to("elsewhere")
    else:
        (tmp_path / "a").mkdir()
        (tmp_path / "a/b").symlink_to("../elsewhere")
    with pytest.raises(OSError, match=rf"'{link}'"), safe_folder.opened(tmp_path, "a", "b"):
        pass


def test_closes_what_it_opened(tmp_path):
    (tmp_path / "a").mkdir()
    before = len(os.listdir("/proc/self/fd"))
    with safe_folder.opened(tmp_path, "a"):
        pass
    with pytest.raises(FileNotFoundError), safe_folder.opened(tmp_path, "none"):
        pass
    assert len(os.listdir("/proc/self/fd")) == before


def plant(tmp_path, kind):
    """Puts something into the place of the file `wanted`. The secret is in a file elsewhere."""
    (tmp_path / "secret").write_text("secret")
    file = tmp_path / "wanted"
    if kind == "link":
        file.symlink_to("secret")
    elif kind == "pipe":
        os.mkfifo(file)
    elif kind == "folder":
        (file / "full").mkdir(parents=True)
    elif kind == "large":
        file.write_text("x" * (safe_folder.SIZE_LIMIT + 1))
    elif kind == "binary":
        file.write_bytes(b"\xff\xfe")


@pytest.mark.parametrize("kind", ["nothing", "link", "pipe", "folder", "large", "binary"])
def test_reads_nothing_from_what_is_no_small_text(tmp_path, folder, kind):
    plant(tmp_path, kind)
    assert safe_folder.read_text(folder, "wanted") is None


@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "large", "binary"])
def test_takes_away_whatever_it_is(tmp_path, folder, kind):
    plant(tmp_path, kind)
    assert safe_folder.take(folder, "wanted") is None
    assert not os.path.lexists(tmp_path / "wanted")
    assert (tmp_path / "secret").read_text() == "secret"


def test_takes_a_file_once(tmp_path, folder):
    (tmp_path / "wanted").write_text("this")
    assert [safe_folder.take(folder, "wanted"), safe_folder.take(folder, "wanted")] == ["this", None]
    assert os.listdir(tmp_path) == []


def test_replaces_a_file_as_a_whole_and_leaves_no_other(tmp_path, folder):
    (tmp_path / "allowed").write_text("a longer text")
    (tmp_path / "allowed").chmod(0o600)
    safe_folder.write_text(folder, "allowed", "short")
    assert (tmp_path / "allowed").read_text() == "short"
    assert (tmp_path / "allowed").stat().st_mode & 0o777 == 0o644
    assert os.listdir(tmp_path) == ["allowed"]


def test_replaces_a_link_and_not_the_file_that_it_leads_to(tmp_path, folder):
    (tmp_path / "secret").write_text("secret")
    (tmp_path / "allowed").symlink_to("secret")
    safe_folder.write_text(folder, "allowed", "this")
    assert (tmp_path / "secret").read_text() == "secret"
    assert (tmp_path / "allowed").read_text() == "this"


def test_fails_for_a_folder_in_the_place_of_the_file_and_leaves_nothing(tmp_path, folder):
    (tmp_path / "allowed").mkdir()
    with pytest.raises(IsADirectoryError):
        safe_folder.write_text(folder, "allowed", "this")
    assert os.listdir(tmp_path) == ["allowed"]
