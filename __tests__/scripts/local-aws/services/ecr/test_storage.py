"""What the API no longer has is removed from the files of docker-registry."""

from local_aws.services.ecr.storage import remove_unknown

REPOSITORIES = "docker/registry/v2/repositories"


def make(storage, *paths):
    for path in paths:
        (storage / REPOSITORIES / path).mkdir(parents=True)


def left_in(storage):
    root = storage / REPOSITORIES
    return sorted(str(each.relative_to(root)) for each in root.rglob("*") if not any(each.iterdir()))


def test_keeps_what_is_known(tmp_path):
    make(tmp_path, "one/_manifests/revisions/sha256/a", "one/_layers/sha256/x", "two")
    remove_unknown(tmp_path, {"one": {"sha256:a"}, "two": set()})
    assert left_in(tmp_path) == ["one/_layers/sha256/x", "one/_manifests/revisions/sha256/a", "two"]


def test_removes_a_repository_that_was_deleted(tmp_path):
    make(tmp_path, "one", "two/_manifests/revisions/sha256/a")
    remove_unknown(tmp_path, {"one": set()})
    assert left_in(tmp_path) == ["one"]


def test_removes_a_manifest_that_was_deleted_and_uploads_that_never_ended(tmp_path):
    make(tmp_path, *(f"one/_manifests/revisions/sha256/{each}" for each in "ab"), "one/_uploads/begun")
    remove_unknown(tmp_path, {"one": {"sha256:a"}})
    assert left_in(tmp_path) == ["one/_manifests/revisions/sha256/a", "one/_uploads"]


def test_has_nothing_to_do_before_the_first_push(tmp_path):
    remove_unknown(tmp_path, {})
    assert list(tmp_path.iterdir()) == []
