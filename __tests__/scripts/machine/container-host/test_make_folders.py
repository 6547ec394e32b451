import os

import make_folders
import pytest

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="needs root")


@pytest.fixture
def volume(tmp_path):
    (tmp_path / "volume").mkdir()
    return tmp_path / "volume"


def make(host, volume, *folders, gates=()):
    wanted = [{"path": f"{volume}/{path}", "owner": owner} for path, owner in folders]
    make_folders.main(str(host(folders=wanted, gates=list(gates))))


def seen(path):
    found = path.lstat()
    return f"{found.st_uid}:{found.st_gid} {found.st_mode & 0o7777:o}"


def test_makes_each_folder_for_its_user_below_folders_of_root(host, volume):
    make(host, volume, ("couchdb/data", 5984), ("grand-central", 1000))
    assert seen(volume / "couchdb") == "0:0 755"
    assert seen(volume / "couchdb/data") == "5984:5984 750"
    assert seen(volume / "grand-central") == "1000:1000 750"


def test_gates_are_open_to_the_users_of_containers_and_closed_to_those_of_the_host(host, volume):
    make(host, volume, gates=["couchdb"])
    assert seen(volume / ".workbench") == "0:0 700"
    assert seen(volume / ".workbench/gate/couchdb") == "0:0 1777"
    assert seen(volume / ".workbench/allowed") == "0:0 700"


def test_a_gate_that_is_among_the_folders_stays_a_gate(host, volume):
    for _ in range(2):
        make(host, volume, ("data", 5984), (".workbench/gate/couchdb", 5984), gates=["couchdb"])
        assert seen(volume / ".workbench/gate/couchdb") == "0:0 1777"
        (volume / ".workbench/gate/couchdb/ran").write_text("couchdb:3.5\n")
    assert seen(volume / ".workbench/gate/couchdb/ran").startswith("0:0")


def test_another_run_changes_nothing(host, volume):
    make(host, volume, ("data", 5984), gates=["couchdb"])
    os.chown(volume / "data", 5984, 33)
    (volume / "data").chmod(0o2770)
    (volume / "data/file").write_text("of root")
    make(host, volume, ("data", 5984), gates=["couchdb"])
    assert seen(volume / "data") == "5984:33 2770"
    assert (volume / "data/file").stat().st_uid == 0


def test_a_folder_of_somebody_else_is_given_to_its_user_with_everything_in_it(host, volume, tmp_path):
    (volume / "data/shards").mkdir(parents=True)
    (volume / "data/shards/a.couch").write_text("documents")
    (tmp_path / "outside").write_text("not on the volume")
    (volume / "data/link").symlink_to(tmp_path / "outside")
    make(host, volume, ("data", 5984))
    for path in ("data", "data/shards", "data/shards/a.couch", "data/link"):
        assert seen(volume / path).startswith("5984:5984"), path
    assert seen(tmp_path / "outside").startswith("0:0")


def test_giving_that_was_cut_off_goes_on(host, volume, monkeypatch):
    (volume / "data/shards").mkdir(parents=True)

    def cut_off(*_, **__):
        raise OSError("cut off")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fwalk", cut_off)
        with pytest.raises(SystemExit):
            make(host, volume, ("data", 5984))
    make(host, volume, ("data", 5984))
    assert seen(volume / "data/shards").startswith("5984:5984")


@pytest.mark.parametrize(("files", "noted"), [(True, "unknown\n"), (False, None)])
def test_notes_files_that_an_unknown_image_wrote(host, volume, files, noted):
    (volume / "data").mkdir()
    if files:
        (volume / "data/a.couch").write_text("documents")
    make(host, volume, ("data", 5984), gates=["couchdb"])
    note = volume / ".workbench/allowed/couchdb"
    assert (note.read_text() if note.exists() else None) == noted


@pytest.mark.parametrize("known", ["allowed/couchdb", "gate/couchdb/ran"])
def test_keeps_what_is_known_of_the_image(host, volume, known):
    make(host, volume, ("data", 5984), gates=["couchdb"])
    (volume / "data/a.couch").write_text("documents")
    (volume / ".workbench" / known).write_text("couchdb:3.5\n")
    make(host, volume, ("data", 5984), gates=["couchdb"])
    assert (volume / ".workbench" / known).read_text() == "couchdb:3.5\n"
    assert not (volume / ".workbench/allowed/couchdb").exists() or known == "allowed/couchdb"


def test_fails_with_one_sentence_for_a_link_and_makes_nothing_elsewhere(host, volume, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (volume / "couchdb").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SystemExit) as caught:
        make(host, volume, ("couchdb/data", 5984))
    assert str(caught.value).startswith("make-folders: expected to make the folders of the tasks, got ")
    assert os.listdir(tmp_path / "elsewhere") == []
