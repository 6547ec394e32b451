"""A scan finishes at once and finds nothing. It says that nothing was scanned."""

import pytest
from botocore.exceptions import ClientError

ON_PUSH = {"imageScanningConfiguration": {"scanOnPush": True}}
V1 = {"imageTag": "v1"}
COMPLETE = {"status": "COMPLETE", "description": "Nothing was scanned: a local AWS knows no vulnerabilities."}


def test_an_image_is_scanned_when_it_is_pushed(registry, image):
    name = registry.repository("scanned", **ON_PUSH)
    pushed = registry.push(name, image("scanned"), "v1")
    found = registry.ecr.describe_image_scan_findings(repositoryName=name, imageId=V1)
    assert found["imageScanStatus"] == COMPLETE
    assert found["imageId"] == {"imageDigest": pushed.digest, "imageTag": "v1"}
    assert (found["imageScanFindings"]["findings"], found["imageScanFindings"]["findingSeverityCounts"]) == ([], {})
    assert registry.details(name)[0]["imageScanStatus"] == COMPLETE


def test_fails_to_return_the_scan_of_an_image_that_was_not_scanned(registry, image):
    name = registry.repository("not-scanned")
    registry.push(name, image("not scanned"), "v1")
    with pytest.raises(ClientError) as refused:
        registry.ecr.describe_image_scan_findings(repositoryName=name, imageId=V1)
    assert refused.value.response["Error"]["Code"] == "ScanNotFoundException"
    assert "imageScanStatus" not in registry.details(name)[0]


def test_an_image_is_scanned_on_request_once_a_day(registry, image):
    name = registry.repository("on-request")
    registry.push(name, image("on request"), "v1")
    begun = registry.ecr.start_image_scan(repositoryName=name, imageId=V1)
    assert begun["imageScanStatus"]["status"] == "IN_PROGRESS"
    found = registry.ecr.describe_image_scan_findings(repositoryName=name, imageId=V1)
    assert found["imageScanStatus"] == COMPLETE
    with pytest.raises(ClientError) as refused:
        registry.ecr.start_image_scan(repositoryName=name, imageId=V1)
    assert refused.value.response["Error"]["Code"] == "LimitExceededException"


def test_the_waiter_of_the_sdk_ends(registry, image):
    name = registry.repository("waited-for", **ON_PUSH)
    registry.push(name, image("waited for"), "v1")
    registry.ecr.get_waiter("image_scan_complete").wait(
        repositoryName=name, imageId=V1, WaiterConfig={"Delay": 0, "MaxAttempts": 1}
    )


def test_a_rule_of_the_registry_scans_on_push(start, registry_of, image, tmp_path):
    other = registry_of(start(tmp_path / "home"))
    rule = {"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": [{"filter": "prod*", "filterType": "WILDCARD"}]}
    other.ecr.put_registry_scanning_configuration(scanType="BASIC", rules=[rule])
    for name in ("prod-app", "test-app"):
        other.repository(name)
        other.push(name, image(name), "v1")
    assert other.details("prod-app")[0]["imageScanStatus"] == COMPLETE
    assert "imageScanStatus" not in other.details("test-app")[0]
