"""Which layers are there, and which calls about layers are refused."""

import pytest
from botocore.exceptions import ClientError

NEVER_PUSHED = f"sha256:{'0' * 64}"
UPLOAD = "0d8e0a14-0000-4000-8000-000000000000"


def test_says_which_layers_a_repository_has(registry, image):
    name = registry.repository("has-layers")
    pushed = registry.push(name, image("has layers"), "v1")
    answer = registry.ecr.batch_check_layer_availability(
        repositoryName=name, layerDigests=[pushed.layer_digest, NEVER_PUSHED, "none"]
    )
    assert answer["layers"] == [
        {"layerDigest": pushed.layer_digest, "layerAvailability": "AVAILABLE", "layerSize": len(pushed.layer)}
    ]
    assert [(each["layerDigest"], each["failureCode"]) for each in answer["failures"]] == [
        (NEVER_PUSHED, "MissingLayerDigest"),
        ("none", "InvalidLayerDigest"),
    ]


@pytest.mark.parametrize(
    ("call", "more"),
    [
        ("initiate_layer_upload", {}),
        ("get_download_url_for_layer", {"layerDigest": NEVER_PUSHED}),
        ("upload_layer_part", {"uploadId": UPLOAD, "partFirstByte": 0, "partLastByte": 0, "layerPartBlob": b"x"}),
        ("complete_layer_upload", {"uploadId": UPLOAD, "layerDigests": [NEVER_PUSHED]}),
    ],
)
def test_fails_with_the_name_of_a_call_that_moves_layers(registry, call, more):
    operation = registry.ecr.meta.method_to_api_mapping[call]
    with pytest.raises(ClientError, match=f"NotImplementedByLocalAws.*ecr:{operation}"):
        getattr(registry.ecr, call)(repositoryName="any", **more)
