"""The API describes, lists, returns and deletes the images that were pushed, and those alone."""

import datetime

import pytest
from botocore.exceptions import ClientError


def ids_of(registry, repository, **more):
    listed = registry.ecr.list_images(repositoryName=repository, **more)["imageIds"]
    return {(each["imageDigest"], each.get("imageTag")) for each in listed}


def test_describes_an_image_as_it_was_pushed(registry, image):
    name = registry.repository("described")
    before = datetime.datetime.now(datetime.UTC).replace(microsecond=0)
    pushed = registry.push(name, image("described"), "v1", "latest")
    (detail,) = registry.details(name)
    assert before <= detail.pop("imagePushedAt") <= datetime.datetime.now(datetime.UTC)
    assert detail == {
        "registryId": "123456789012",
        "repositoryName": name,
        "imageDigest": pushed.digest,
        "imageTags": ["v1", "latest"],
        "imageSizeInBytes": pushed.size,
        "imageManifestMediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "artifactMediaType": "application/vnd.docker.container.image.v1+json",
    }


def test_an_image_whose_tag_moved_has_no_tags(registry, image):
    name = registry.repository("untagged")
    first = registry.push(name, image("untagged: first"), "latest")
    second = registry.push(name, image("untagged: second"), "latest")
    tags = {each["imageDigest"]: each.get("imageTags") for each in registry.details(name)}
    assert tags == {first.digest: None, second.digest: ["latest"]}


def test_describes_the_images_that_are_asked_for_once(registry, image):
    name = registry.repository("asked-for")
    pushed = registry.push(name, image("asked for"), "v1")
    registry.push(name, image("not asked for"), "v2")
    ids = [{"imageTag": "v1"}, {"imageDigest": pushed.digest}]
    assert [each["imageDigest"] for each in registry.details(name, imageIds=ids)] == [pushed.digest]


def test_a_list_is_as_large_as_its_largest_image(registry, image):
    name = registry.repository("lists")
    small, large = registry.push(name, image("small")), registry.push(name, image("".join(map(chr, range(32, 9000)))))
    digest = registry.push_list(name, small, large)
    (detail,) = registry.details(name, imageIds=[{"imageTag": "all"}])
    assert (detail["imageDigest"], detail["imageSizeInBytes"]) == (digest, large.size)


def test_fails_to_describe_an_image_that_is_not_there(registry):
    name = registry.repository("not-there")
    with pytest.raises(ClientError) as refused:
        registry.details(name, imageIds=[{"imageTag": "v1"}])
    assert refused.value.response["Error"] == {
        "Code": "ImageNotFoundException",
        "Message": "The image with imageId {imageDigest:'null', imageTag:'v1'} does not exist within the repository "
        "with name 'not-there' in the registry with id '123456789012'",
    }


@pytest.mark.parametrize("call", ["describe_images", "list_images"])
def test_fails_to_read_a_repository_that_is_not_there(registry, call):
    with pytest.raises(ClientError) as refused:
        getattr(registry.ecr, call)(repositoryName="never-made")
    assert refused.value.response["Error"]["Code"] == "RepositoryNotFoundException"


def test_lists_each_tag_and_images_without_one(registry, image):
    name = registry.repository("listed")
    tagged = registry.push(name, image("listed: tagged"), "v1", "v2")
    untagged = registry.push(name, image("listed: untagged"))
    both, none = {(tagged.digest, "v1"), (tagged.digest, "v2")}, {(untagged.digest, None)}
    assert ids_of(registry, name) == both | none
    assert ids_of(registry, name, filter={"tagStatus": "TAGGED"}) == both
    assert ids_of(registry, name, filter={"tagStatus": "UNTAGGED"}) == none


def test_returns_manifests_as_they_were_pushed(registry, image):
    name = registry.repository("manifests")
    pushed = registry.push(name, image("manifest"), "v1")
    answer = registry.ecr.batch_get_image(repositoryName=name, imageIds=[{"imageTag": "v1"}, {"imageTag": "v2"}])
    (found,) = answer["images"]
    assert found["imageManifest"].encode() == pushed.manifest
    assert found["imageId"] == {"imageDigest": pushed.digest, "imageTag": "v1"}
    assert answer["failures"] == [
        {
            "imageId": {"imageTag": "v2"},
            "failureCode": "ImageNotFound",
            "failureReason": "Requested image not found",
        }
    ]


def test_fails_to_return_a_manifest_of_another_media_type(registry, image):
    name = registry.repository("conversions")
    registry.push(name, image("not converted"), "v1")
    with pytest.raises(ClientError, match="ecr:BatchGetImage with acceptedMediaTypes"):
        registry.ecr.batch_get_image(
            repositoryName=name,
            imageIds=[{"imageTag": "v1"}],
            acceptedMediaTypes=["application/vnd.oci.image.manifest.v1+json"],
        )


def test_deleting_a_tag_leaves_the_image_with_another_one(registry, image):
    name = registry.repository("tag-deleted")
    pushed = registry.push(name, image("tag deleted"), "v1", "v2")
    gone = registry.ecr.batch_delete_image(repositoryName=name, imageIds=[{"imageTag": "v1"}])["imageIds"]
    assert gone == [{"imageDigest": pushed.digest, "imageTag": "v1"}]
    assert registry.get(name, "v1").status == 404
    assert registry.get(name, "v2").body == pushed.manifest


@pytest.mark.parametrize("by", ["imageTag", "imageDigest"])
def test_an_image_is_deleted_with_its_last_tag_or_by_its_digest(registry, image, by):
    name = registry.repository(f"deleted/{by.lower()}")
    pushed = registry.push(name, image("deleted"), "v1")
    image_id = {"imageTag": "v1", "imageDigest": pushed.digest}
    gone = registry.ecr.batch_delete_image(repositoryName=name, imageIds=[{by: image_id[by]}])
    assert (gone["imageIds"], gone["failures"]) == ([image_id], [])
    assert registry.details(name) == []
    assert [registry.get(name, reference).status for reference in ("v1", pushed.digest)] == [404, 404]


def test_a_deleted_image_can_be_pushed_again(registry, image):
    name = registry.repository("again", imageTagMutability="IMMUTABLE")
    pushed = registry.push(name, image("again"), "v1")
    registry.ecr.batch_delete_image(repositoryName=name, imageIds=[{"imageDigest": pushed.digest}])
    registry.push(name, pushed, "v1")
    assert registry.get(name, "v1").body == pushed.manifest


@pytest.mark.parametrize(
    ("image_id", "code"),
    [
        ({"imageTag": "v9"}, "ImageNotFound"),
        ({"imageDigest": f"sha256:{'0' * 64}"}, "ImageNotFound"),
        ({"imageDigest": "sha256:short"}, "InvalidImageDigest"),
        ({}, "MissingDigestAndTag"),
        ({"imageDigest": f"sha256:{'0' * 64}", "imageTag": "v1"}, "ImageTagDoesNotMatchDigest"),
    ],
)
def test_says_which_images_were_not_deleted_and_why(registry, image, image_id, code):
    name = registry.repository(f"failures-{code.lower()}-{len(str(image_id))}")
    pushed = registry.push(name, image("not deleted"), "v1")
    answer = registry.ecr.batch_delete_image(repositoryName=name, imageIds=[image_id])
    assert [(each["imageId"], each["failureCode"]) for each in answer["failures"]] == [(image_id, code)]
    assert [each["imageDigest"] for each in registry.details(name)] == [pushed.digest]


def test_an_image_of_a_list_is_deleted_after_the_list(registry, image):
    name = registry.repository("members")
    member = registry.push(name, image("member"))
    digest = registry.push_list(name, member)
    delete = [{"imageDigest": member.digest}]
    (failure,) = registry.ecr.batch_delete_image(repositoryName=name, imageIds=delete)["failures"]
    assert failure["failureCode"] == "ImageReferencedByManifestList"
    assert failure["failureReason"] == f"Requested image referenced by manifest list: [{digest}]"
    registry.ecr.batch_delete_image(repositoryName=name, imageIds=[{"imageDigest": digest}])
    assert registry.ecr.batch_delete_image(repositoryName=name, imageIds=delete)["failures"] == []


def test_an_image_gets_another_tag_by_its_manifest(registry, image):
    name = registry.repository("retagged")
    pushed = registry.push(name, image("retagged"), "v1")
    put = registry.ecr.put_image(repositoryName=name, imageManifest=pushed.manifest.decode(), imageTag="release")
    assert put["image"]["imageId"] == {"imageDigest": pushed.digest, "imageTag": "release"}
    assert registry.get(name, "release").body == pushed.manifest
    assert registry.details(name)[0]["imageTags"] == ["v1", "release"]


def refusal_of_put(registry, name, manifest, **more):
    with pytest.raises(ClientError) as refused:
        registry.ecr.put_image(repositoryName=name, imageManifest=manifest.decode(), **more)
    return refused.value.response["Error"]["Code"]


def test_fails_to_give_a_tag_to_an_image_that_has_it(registry, image):
    name = registry.repository("has-it")
    pushed = registry.push(name, image("has it"), "v1")
    assert refusal_of_put(registry, name, pushed.manifest, imageTag="v1") == "ImageAlreadyExistsException"


def test_fails_to_give_the_tag_of_another_image_where_tags_are_immutable(registry, image):
    name = registry.repository("retag-refused", imageTagMutability="IMMUTABLE")
    first = registry.push(name, image("retag refused: first"), "v1")
    second = registry.push(name, image("retag refused: second"), "v2")
    assert refusal_of_put(registry, name, second.manifest, imageTag="v1") == "ImageTagAlreadyExistsException"
    assert registry.get(name, "v1").body == first.manifest


def test_fails_to_put_a_manifest_whose_layers_were_not_pushed(registry, image):
    name = registry.repository("put-without-layers")
    refused = refusal_of_put(registry, name, image("put without layers").manifest, imageTag="v1")
    assert (refused, registry.details(name)) == ("LayersNotFoundException", [])


def test_fails_to_put_a_list_of_images_that_were_not_pushed(registry, image):
    name = registry.repository("put-without-members")
    refused = refusal_of_put(registry, name, registry.list_of(image("put without members")), imageTag="v1")
    assert (refused, registry.details(name)) == ("ReferencedImagesNotFoundException", [])


def test_fails_to_put_a_manifest_with_another_digest(registry, image):
    name = registry.repository("put-wrong-digest")
    pushed = registry.push(name, image("put wrong digest"), "v1")
    refused = refusal_of_put(registry, name, pushed.manifest, imageTag="v2", imageDigest=f"sha256:{'0' * 64}")
    assert refused == "ImageDigestDoesNotMatchException"


def test_fails_to_put_what_is_no_manifest(registry):
    name = registry.repository("put-nonsense")
    assert refusal_of_put(registry, name, b"{}", imageTag="v1") == "InvalidParameterException"
