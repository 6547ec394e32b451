"""docker-registry runs from its first use on, ends with the local AWS, and loses nothing."""

import os
import signal
import subprocess
from pathlib import Path

import pytest
from waiting import until


def processes_of(home):
    """Returns the processes that run in a home's folder of images."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdecimal() and Path(os.readlink(entry / "cwd")) == home / "registry":
                found.append(int(entry.name))
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return found


def stored_bytes(home):
    return sum(file.stat().st_size for file in (home / "registry" / "storage").rglob("data"))


@pytest.fixture
def own(start, registry_of, tmp_path):
    """A registry of a local AWS that the test may end."""
    return registry_of(start(tmp_path / "home"))


def test_it_starts_when_it_is_used(own, image):
    name = own.repository("app")
    assert own.details(name) == []
    assert processes_of(own.aws.home) == []
    own.push(name, image("used"), "v1")
    assert len(processes_of(own.aws.home)) == 1


def test_nobody_else_reaches_it(own, image):
    own.push(own.repository("app"), image("hidden"), "v1")
    folder = own.aws.home / "registry"
    (process,) = processes_of(own.aws.home)
    listens = subprocess.run(["ss", "-lnHp"], capture_output=True, text=True, check=True).stdout
    sockets = [line.split() for line in listens.splitlines() if f"pid={process}," in line]
    assert [each[0] for each in sockets] == ["u_str"]
    assert [path.stat().st_mode & 0o077 for path in (own.aws.home, folder, folder / "socket")] == [0, 0, 0]


def test_it_ends_with_the_local_aws(own, image):
    own.push(own.repository("app"), image("ends"), "v1")
    assert processes_of(own.aws.home) != []
    assert own.aws.stop() == 0
    assert processes_of(own.aws.home) == []


def test_it_ends_with_a_local_aws_that_is_killed(own, image):
    own.push(own.repository("app"), image("killed"), "v1")
    assert processes_of(own.aws.home) != []
    own.aws.kill_at_once()
    until(lambda: processes_of(own.aws.home), [])


def test_a_push_that_was_answered_outlives_a_kill(own, image):
    pushed = own.push(own.repository("app", imageTagMutability="IMMUTABLE"), image("answered"), "v1")
    own.aws.kill_at_once()
    own.aws.start()
    assert [each["imageTags"] for each in own.details("app")] == [["v1"]]
    assert own.get("app", "v1").body == pushed.manifest
    assert own.ask("GET", f"/v2/app/blobs/{pushed.layer_digest}").body == pushed.layer
    own.push("app", image("another"))
    assert own.put("app", "v1", image("another").manifest).error[1] == "TAG_INVALID"


def test_it_is_started_again_when_it_ended_by_itself(own, image):
    pushed = own.push(own.repository("app"), image("crashed"), "v1")
    (process,) = processes_of(own.aws.home)
    os.kill(process, signal.SIGKILL)
    # A request that comes while it ends fails.
    until(lambda: own.get("app", "v1").body, pushed.manifest)
    assert processes_of(own.aws.home) not in ([], [process])


def test_bytes_of_deleted_images_are_gone_after_the_next_start(own, image):
    kept = own.push(own.repository("app"), image("kept"), "v1")
    before = stored_bytes(own.aws.home)
    deleted = own.push("app", image("deleted"), "v2")
    own.push(own.repository("gone"), image("gone"), "v1")
    own.ecr.batch_delete_image(repositoryName="app", imageIds=[{"imageDigest": deleted.digest}])
    own.ecr.delete_repository(repositoryName="gone", force=True)
    own.aws.stop()
    own.aws.start()
    assert own.get("app", "v1").body == kept.manifest
    assert stored_bytes(own.aws.home) == before


def test_its_folder_may_have_a_long_path(start, registry_of, image, tmp_path):
    home = tmp_path / ("long" * 40)
    own = registry_of(start(home))
    assert own.push(own.repository("app"), image("far away"), "v1").digest == own.details("app")[0]["imageDigest"]


def test_cleaning_removes_the_images(own, image, command):
    own.push(own.repository("app"), image("cleaned"), "v1")
    own.aws.stop()
    assert command("clean", "--home", own.aws.home) == (0, "")
    assert not own.aws.home.exists()
