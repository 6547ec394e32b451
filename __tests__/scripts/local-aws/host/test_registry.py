"""A machine pushes and pulls images by the registry's own name, over TLS that it trusts."""

import base64
import hashlib
import json
import shutil

import boto3
import pytest
from signing import key_of, keywords_of

REGION, ACCOUNT = "eu-central-1", "123456789012"
URL = f"https://{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/v2"
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG = b'{"architecture": "amd64", "os": "linux", "config": {}, "rootfs": {"type": "layers", "diff_ids": []}}'
pytestmark = pytest.mark.skipif(shutil.which("docker-registry") is None, reason="docker-registry is not installed")


@pytest.fixture(scope="module")
def ecr_of(local_aws):
    """Returns a client of ECR in a region."""
    url = f"http://127.0.0.1:{local_aws.port}"
    return lambda region: boto3.client("ecr", endpoint_url=url, region_name=region, **keywords_of(local_aws.home))


def user_of(ecr):
    given = ecr.get_authorization_token()["authorizationData"][0]
    return base64.b64decode(given["authorizationToken"]).decode()


def curl(local_aws, instance, user, *words):
    credentials = f"-u '{user}'" if user else ""
    return local_aws.ssh(instance, f"curl -sS -m 60 {credentials} {' '.join(words)}")


def status(local_aws, instance, user, url):
    return curl(local_aws, instance, user, "-o", "/dev/null", "-w", "'%{http_code}'", url)


def test_a_machine_pushes_and_this_computers_api_describes_it(local_aws, instance, ecr_of):
    ecr = ecr_of(REGION)
    ecr.create_repository(repositoryName="app")
    user, digest = user_of(ecr), f"sha256:{hashlib.sha256(CONFIG).hexdigest()}"
    head = curl(local_aws, instance, user, "-X", "POST", "-D", "-", "-o", "/dev/null", f"{URL}/app/blobs/uploads/")
    location = next(line.split()[1] for line in head.splitlines() if line.lower().startswith("location:"))
    upload = f"'{URL.removesuffix('/v2')}{location}&digest={digest}'"
    octets = "-H 'Content-Type: application/octet-stream'"
    curl(local_aws, instance, user, "-f", "-X", "PUT", octets, "--data-binary", f"'{CONFIG.decode()}'", upload)
    config = {"mediaType": "application/vnd.docker.container.image.v1+json", "size": len(CONFIG), "digest": digest}
    manifest = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": []})
    kind = f"-H 'Content-Type: {MANIFEST}'"
    curl(
        local_aws, instance, user, "-f", "-X", "PUT", kind, "--data-binary", f"'{manifest}'", f"{URL}/app/manifests/v1"
    )
    (detail,) = ecr.describe_images(repositoryName="app")["imageDetails"]
    assert (detail["imageTags"], detail["imageSizeInBytes"]) == (["v1"], len(CONFIG))
    assert curl(local_aws, instance, user, f"{URL}/app/manifests/v1") == manifest
    assert curl(local_aws, instance, user, f"{URL}/app/blobs/{digest}") == CONFIG.decode()


def test_fails_without_a_token_of_this_registry(local_aws, instance, ecr_of):
    assert status(local_aws, instance, "", f"{URL}/") == "401"
    assert status(local_aws, instance, user_of(ecr_of("eu-west-1")), f"{URL}/") == "403"
    assert status(local_aws, instance, user_of(ecr_of(REGION)), f"{URL}/") == "200"


def test_a_machine_is_told_the_registrys_own_name(local_aws, instance):
    key = key_of(local_aws.home)
    signed = f"--aws-sigv4 aws:amz:{REGION}:ecr"
    target = "-H 'X-Amz-Target: AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken'"
    kind = "-H 'Content-Type: application/x-amz-json-1.1'"
    url = f"https://api.ecr.{REGION}.amazonaws.com/"
    said = curl(local_aws, instance, f"{key.access_key}:{key.secret_key}", signed, target, kind, "-d", "'{}'", url)
    (given,) = json.loads(said)["authorizationData"]
    assert given["proxyEndpoint"] == f"https://{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com"
