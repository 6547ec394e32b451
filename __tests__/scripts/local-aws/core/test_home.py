"""The folder of one local AWS."""

from local_aws.core.home import Home


def test_a_removal_removes_a_link_to_disks_elsewhere_and_not_the_disks(tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "vol-1").touch()
    home = Home(tmp_path / "home")
    home.take()
    (home.folder / "disks").symlink_to(elsewhere)
    home.remove()
    home.release()
    assert not home.folder.exists()
    assert (elsewhere / "vol-1").exists()


def test_a_removal_removes_a_link_that_leads_out_of_reach(tmp_path):
    home = Home(tmp_path / "home")
    home.take()
    # No file system has such a name, and the kernel says so with an error, as it does for a file system that is gone.
    (home.folder / "disks").symlink_to("x" * 300)
    home.remove()
    home.release()
    assert not home.folder.exists()
