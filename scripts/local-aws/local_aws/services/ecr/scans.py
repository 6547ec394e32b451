"""Scans of images. Nothing is scanned here: a scan finishes at once, finds nothing, and says so."""

import datetime
from typing import Any

from moto.ecr.exceptions import LimitExceededException, ScanNotFoundException
from moto.ecr.models import ecr_backends
from moto.ecr.responses import ECRResponse

from local_aws.core.operations import Call, operation

from . import images
from .repositories import find_image, repository_of

NOTHING_SCANNED = "Nothing was scanned: a local AWS knows no vulnerabilities."


def install() -> None:
    """Replaces moto's calls, which invent a finding."""
    operation(ECRResponse, "StartImageScan", ecr_backends)(start_image_scan)
    operation(ECRResponse, "DescribeImageScanFindings", ecr_backends)(describe_image_scan_findings)


def happens_on_push(repository: Any) -> bool:
    """Says whether an image of a repository is scanned when it is pushed."""
    on_push = repository.scanning_config["scanFrequency"] == "SCAN_ON_PUSH"
    return on_push or bool(repository.image_scanning_configuration.get("scanOnPush"))


def finished(at: datetime.datetime) -> images.Record:
    """Returns the record of a scan."""
    return {"completedAt": at.replace(microsecond=0)}


def status_of(scan: images.Record) -> dict[str, str]:
    """Returns the status of a finished scan."""
    return {"status": "COMPLETE", "description": NOTHING_SCANNED}


def summary_of(scan: images.Record) -> dict[str, Any]:
    """Returns what a scan found: nothing."""
    return {"imageScanCompletedAt": scan["completedAt"], "findingSeverityCounts": {}}


def start_image_scan(call: Call) -> dict[str, Any]:
    """Scans an image, once a day as on AWS."""
    repository = repository_of(call)
    record = images.record_to_change(call.backend, repository.name)
    image = find_image(record, repository, call.parameters["imageId"])
    now = datetime.datetime.now(datetime.UTC)
    if image["scan"] and image["scan"]["completedAt"].date() == now.date():
        raise LimitExceededException
    image["scan"] = finished(now)
    return {**_named(call, repository, image), "imageScanStatus": {"status": "IN_PROGRESS"}}


def describe_image_scan_findings(call: Call) -> dict[str, Any]:
    """Returns the last scan of an image."""
    repository = repository_of(call)
    record = images.record_to_read(call.backend, repository.name)
    image = find_image(record, repository, call.parameters["imageId"])
    scan = image["scan"]
    if not scan:
        raise ScanNotFoundException(images.shown(call.parameters["imageId"]), repository.name, repository.registry_id)
    findings = {**summary_of(scan), "findings": []}
    return {**_named(call, repository, image), "imageScanStatus": status_of(scan), "imageScanFindings": findings}


def _named(call: Call, repository: Any, image: images.Record) -> dict[str, Any]:
    tag = call.parameters["imageId"].get("imageTag")
    image_id = {"imageDigest": image["imageDigest"], **({"imageTag": tag} if tag else {})}
    return {"registryId": repository.registry_id, "repositoryName": repository.name, "imageId": image_id}
