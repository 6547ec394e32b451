"""The calls about images, which describe what was pushed. moto's own know nothing of a push."""

from typing import Any

from moto.ecr.exceptions import ImageAlreadyExistsException, InvalidParameterException
from moto.ecr.models import ecr_backends
from moto.ecr.responses import ECRResponse

from local_aws.core.ignored_parameters import ParameterIgnored
from local_aws.core.operations import ApiError, Call, operation

from . import contents, images, pushes, scans
from .manifests import DIGEST, WrongManifest, read_manifest
from .repositories import find_image, repository_of

NOT_FOUND = ("ImageNotFound", "Requested image not found")


def install() -> None:
    """Replaces moto's calls."""
    operation(ECRResponse, "DescribeImages", ecr_backends)(describe_images)
    operation(ECRResponse, "ListImages", ecr_backends)(list_images)
    operation(ECRResponse, "BatchGetImage", ecr_backends)(batch_get_image)
    operation(ECRResponse, "BatchDeleteImage", ecr_backends)(batch_delete_image)
    operation(ECRResponse, "PutImage", ecr_backends)(put_image)


def describe_images(call: Call) -> dict[str, Any]:
    """Describes all images of a repository, or those with the given ids."""
    repository = repository_of(call)
    record = images.record_to_read(call.backend, repository.name)
    image_ids = call.parameters.get("imageIds")
    wanted = [find_image(record, repository, each) for each in image_ids] if image_ids else _passing(call, record)
    once = {each["imageDigest"]: each for each in wanted}
    return {"imageDetails": [_detail(record, repository, each) for each in once.values()]}


def list_images(call: Call) -> dict[str, Any]:
    """Lists each tag of each image, and the images without one."""
    record = images.record_to_read(call.backend, repository_of(call).name)
    image_ids = []
    for image in _passing(call, record):
        digest = image["imageDigest"]
        tags = images.tags_of(record, digest)
        image_ids += [{"imageDigest": digest, "imageTag": tag} for tag in tags] or [{"imageDigest": digest}]
    return {"imageIds": image_ids}


def batch_get_image(call: Call) -> dict[str, Any]:
    """Returns manifests as they were pushed."""
    repository = repository_of(call)
    record = images.record_to_read(call.backend, repository.name)
    accepted = call.parameters.get("acceptedMediaTypes")
    found, failures = [], []
    for image_id in call.parameters["imageIds"]:
        failure = _problem_of(record, image_id)
        if failure:
            failures.append(failure)
            continue
        image = find_image(record, repository, image_id)
        if accepted and image["imageManifestMediaType"] not in accepted:
            # AWS converts a manifest to another media type.
            raise ParameterIgnored(["acceptedMediaTypes"])
        found.append(
            {
                **_image(repository, image, image_id.get("imageTag")),
                "imageManifest": contents.manifest_of(record["id"], image["imageDigest"]),
            }
        )
    return {"images": found, "failures": failures}


def batch_delete_image(call: Call) -> dict[str, Any]:
    """Deletes images by digest, and tags by tag. An image goes with its last tag."""
    repository = repository_of(call)
    record = images.record_to_change(call.backend, repository.name)
    gone, failures = [], []
    for image_id in call.parameters["imageIds"]:
        failure = _problem_of(record, image_id) or _problem_of_deletion(record, image_id)
        if failure:
            failures.append(failure)
        else:
            gone += images.remove(record, image_id)
    return {"imageIds": gone, "failures": failures}


def put_image(call: Call) -> dict[str, Any]:
    """Adds a manifest whose layers are there already: a tag for an image, or a list of images."""
    given = call.parameters
    repository = repository_of(call)
    record = images.record_to_change(call.backend, repository.name)
    tag = given.get("imageTag")
    try:
        manifest = read_manifest(given["imageManifest"].encode(), given.get("imageManifestMediaType"))
    except WrongManifest as error:
        raise InvalidParameterException(
            f"Invalid parameter at 'imageManifest' failed to satisfy constraint: '{error}'"
        ) from None
    if given.get("imageDigest") not in (None, manifest.digest):
        raise ApiError(
            "ImageDigestDoesNotMatchException",
            f"The image digest '{given['imageDigest']}' does not match the digest of the manifest, {manifest.digest}",
        )
    if manifest.digest in record["images"] and (tag is None or record["tags"].get(tag) == manifest.digest):
        raise ImageAlreadyExistsException(repository.name, repository.registry_id, manifest.digest, tag or "null")
    try:
        pushes.require_acceptable(record, repository, manifest, tag)
        contents.keep_manifest(record["id"], repository, manifest)
        image = pushes.add(call.backend, repository, manifest, tag)
    except images.TagTaken as problem:
        raise ApiError("ImageTagAlreadyExistsException", str(problem)) from None
    except pushes.MissingMembers as problem:
        raise ApiError("ReferencedImagesNotFoundException", str(problem)) from None
    return {"image": {**_image(repository, image, tag), "imageManifest": given["imageManifest"]}}


def _passing(call: Call, record: images.Record) -> list[images.Record]:
    """Returns the images that pass the filter of a call."""
    status = (call.parameters.get("filter") or {}).get("tagStatus", "ANY")
    found = list(record["images"].values())
    if status == "ANY":
        return found
    return [each for each in found if bool(images.tags_of(record, each["imageDigest"])) is (status == "TAGGED")]


def _image(repository: Any, image: images.Record, tag: str | None) -> dict[str, Any]:
    return {
        "registryId": repository.registry_id,
        "repositoryName": repository.name,
        "imageId": {"imageDigest": image["imageDigest"], **({"imageTag": tag} if tag else {})},
        "imageManifestMediaType": image["imageManifestMediaType"],
    }


def _detail(record: images.Record, repository: Any, image: images.Record) -> dict[str, Any]:
    tags, scan = images.tags_of(record, image["imageDigest"]), image["scan"]
    detail = {
        "registryId": repository.registry_id,
        "repositoryName": repository.name,
        "imageDigest": image["imageDigest"],
        "imageTags": tags or None,
        "imageSizeInBytes": images.size_of(record, image),
        "imagePushedAt": image["imagePushedAt"],
        "imageScanStatus": scans.status_of(scan) if scan else None,
        "imageScanFindingsSummary": scans.summary_of(scan) if scan else None,
        "imageManifestMediaType": image["imageManifestMediaType"],
        "artifactMediaType": image["artifactMediaType"],
    }
    return {name: value for name, value in detail.items() if value is not None}


def _problem_of(record: images.Record, image_id: dict[str, str]) -> dict[str, Any] | None:
    """Returns AWS's failure for an id that no image has. None: there is one."""
    digest, tag = image_id.get("imageDigest"), image_id.get("imageTag")
    if not digest and not tag:
        return _failure({}, "MissingDigestAndTag", "Invalid request parameters: both tag and digest cannot be null")
    if digest and not DIGEST.fullmatch(digest):
        reason = "Invalid request parameters: image digest should satisfy the regex '[a-zA-Z0-9-_+.]+:[a-fA-F0-9]+'"
        return _failure(image_id, "InvalidImageDigest", reason)
    if images.digest_for(record, image_id):
        return None
    if digest and tag and record["tags"].get(tag):
        return _failure(image_id, "ImageTagDoesNotMatchDigest", "Tag does not match digest")
    return _failure(image_id, *NOT_FOUND)


def _problem_of_deletion(record: images.Record, image_id: dict[str, str]) -> dict[str, Any] | None:
    digest = images.digest_for(record, image_id)
    lists = images.lists_with(record, digest) if digest else []
    leaves_tags = bool(image_id.get("imageTag")) and len(images.tags_of(record, digest or "")) > 1
    if not lists or leaves_tags:
        return None
    reason = f"Requested image referenced by manifest list: [{', '.join(lists)}]"
    return _failure(image_id, "ImageReferencedByManifestList", reason)


def _failure(image_id: dict[str, str], code: str, reason: str) -> dict[str, Any]:
    return {"imageId": image_id, "failureCode": code, "failureReason": reason}
