"""Repositories keep their images until they are deleted with them."""

import json

import pytest
from botocore.exceptions import ClientError

POLICY = {
    "rules": [
        {
            "rulePriority": 1,
            "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": 1},
            "action": {"type": "expire"},
        }
    ]
}


def test_fails_to_delete_a_repository_with_images(registry, image):
    name = registry.repository("full")
    pushed = registry.push(name, image("full"), "v1")
    with pytest.raises(ClientError, match="cannot be deleted because it still contains images") as refused:
        registry.ecr.delete_repository(repositoryName=name)
    assert refused.value.response["Error"]["Code"] == "RepositoryNotEmptyException"
    assert registry.get(name, "v1").body == pushed.manifest


def test_a_repository_whose_images_were_deleted_is_empty(registry, image):
    name = registry.repository("emptied")
    pushed = registry.push(name, image("emptied"), "v1")
    registry.ecr.batch_delete_image(repositoryName=name, imageIds=[{"imageDigest": pushed.digest}])
    registry.ecr.delete_repository(repositoryName=name)
    assert registry.get(name, "v1").error[:2] == (404, "NAME_UNKNOWN")


def test_nothing_of_a_deleted_repository_is_in_the_next_one_with_its_name(registry, image):
    name = registry.repository("made-again")
    pushed = registry.push(name, image("made again"), "v1")
    registry.ecr.delete_repository(repositoryName=name, force=True)
    registry.repository(name)
    assert registry.details(name) == []
    assert registry.get(name, pushed.digest).status == 404
    assert registry.ask("GET", f"/v2/{name}/blobs/{pushed.layer_digest}").status == 404


def test_a_lifecycle_policy_is_kept_and_not_executed(registry, image):
    name = registry.repository("lifecycle")
    registry.ecr.put_lifecycle_policy(repositoryName=name, lifecyclePolicyText=json.dumps(POLICY))
    for text in ("lifecycle: first", "lifecycle: second", "lifecycle: third"):
        registry.push(name, image(text))
    kept = registry.ecr.get_lifecycle_policy(repositoryName=name)
    assert json.loads(kept["lifecyclePolicyText"]) == POLICY
    assert "lastEvaluatedAt" not in kept
    assert len(registry.details(name)) == 3
