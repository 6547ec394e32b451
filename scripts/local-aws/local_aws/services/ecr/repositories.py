"""Repositories: the images in them live and go with them."""

from typing import Any

from moto.ecr.exceptions import ImageNotFoundException, RepositoryNotEmptyException
from moto.ecr.models import ECRBackend

from local_aws.core.operations import Call, correction

from . import images


def install() -> None:
    """Makes moto's repositories know the images that were pushed."""
    correction(ECRBackend, "create_repository")(create_without_images)
    correction(ECRBackend, "delete_repository")(delete_with_images)
    correction(ECRBackend, "get_lifecycle_policy")(never_evaluated)


def repository_of(call: Call) -> Any:
    """Returns moto's repository that a call names. Raises as AWS does."""
    return call.backend._get_repository(call.parameters["repositoryName"], call.parameters.get("registryId"))


def find_image(record: images.Record, repository: Any, image_id: dict[str, str]) -> images.Record:
    """Returns an image by its tag or digest. Raises as AWS does."""
    digest = images.digest_for(record, image_id)
    if digest is None:
        raise ImageNotFoundException(images.shown(image_id), repository.name, repository.registry_id)
    return record["images"][digest]


def create_without_images(original: Any, backend: ECRBackend, repository_name: str, *args: Any, **keywords: Any) -> Any:
    """Makes a repository. Nothing of an earlier one with its name is in it."""
    repository = original(backend, repository_name, *args, **keywords)
    images.new_record(backend, repository.name)
    return repository


def delete_with_images(
    original: Any, backend: ECRBackend, repository_name: str, registry_id: str | None = None, force: bool = False
) -> Any:
    """Deletes a repository with its images, if it has none or the caller forces it."""
    repository = backend._get_repository(repository_name, registry_id)
    if images.record_to_read(backend, repository_name)["images"] and not force:
        raise RepositoryNotEmptyException(repository_name, repository.registry_id)
    images.forget_record(backend, repository_name)
    return original(backend, repository_name, registry_id, force)


def never_evaluated(original: Any, backend: ECRBackend, registry_id: str, repository_name: str) -> dict[str, Any]:
    """Returns a lifecycle policy. No lifecycle policy is evaluated here, so there is no time when it was."""
    answer = original(backend, registry_id, repository_name)
    return {name: value for name, value in answer.items() if name != "lastEvaluatedAt"}
