"""A tree of metadata."""

import pytest
from local_aws.services.ec2.machines.metadata.tree import PublicKey, content_of, find

TREE = {
    "ami-id": "ami-1",
    "iam": {"security-credentials": {"reader": lambda: "keys"}},
    "public-keys": {"0": PublicKey("mine", "ssh-ed25519 AAAA")},
    "user-data": b"\x1f\x8b",
}


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ([], b"ami-id\niam/\npublic-keys/\nuser-data"),
        (["ami-id"], b"ami-1"),
        (["iam", "security-credentials"], b"reader"),
        (["iam", "security-credentials", "reader"], b"keys"),
        (["public-keys"], b"0=mine"),
        (["public-keys", "0"], b"openssh-key"),
        (["user-data"], b"\x1f\x8b"),
    ],
)
def test_a_value_has_content_and_a_category_a_list(path, content):
    assert content_of(find(TREE, path)) == content


@pytest.mark.parametrize("path", [["none"], ["ami-id", "below"], ["iam", "security-credentials", "writer"]])
def test_fails_to_find_what_is_not_there(path):
    assert find(TREE, path) is None
