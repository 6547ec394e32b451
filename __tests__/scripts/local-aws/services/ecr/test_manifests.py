"""What a manifest says of its image."""

import json

import pytest
from local_aws.services.ecr.manifests import DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST, WrongManifest, read_manifest


def text(**fields):
    return json.dumps({"schemaVersion": 2, **fields}).encode()


def test_an_image_is_as_large_as_its_configuration_and_layers():
    manifest = read_manifest(
        text(config={"mediaType": "config", "size": 1}, layers=[{"size": 20}, {"size": 300}]), DOCKER_MANIFEST
    )
    assert (manifest.size, manifest.artifact_media_type, manifest.members) == (321, "config", ())


def test_a_list_names_its_images():
    manifest = read_manifest(text(manifests=[{"digest": "sha256:a"}, {"digest": "sha256:b"}]), OCI_INDEX)
    assert manifest.members == ("sha256:a", "sha256:b")


def test_the_manifest_says_its_type_when_the_client_does_not():
    assert read_manifest(text(mediaType=OCI_MANIFEST), None).media_type == OCI_MANIFEST


@pytest.mark.parametrize(
    ("content", "media_type", "problem"),
    [
        (b"{", OCI_MANIFEST, "expected a manifest in JSON"),
        (b"[]", OCI_MANIFEST, "got no object"),
        (text(), None, "got None"),
        (text(), "text/plain", "got text/plain"),
        (text(layers=[{"size": "large"}]), OCI_MANIFEST, "expected layers with sizes"),
        (text(layers=1), OCI_MANIFEST, "expected layers with sizes"),
    ],
)
def test_fails_for_what_is_no_manifest(content, media_type, problem):
    with pytest.raises(WrongManifest, match=problem):
        read_manifest(content, media_type)
