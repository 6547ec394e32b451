"""Docker's clients push and pull by the rules of ECR."""

import base64
import datetime
import hashlib
import json
import sys
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from local_aws.services.ecr.front import Front
from local_aws.services.ecr.tokens import RegistryName, Tokens


def test_skopeo_pushes_an_image_and_pulls_the_same(registry, image, tmp_path):
    name = registry.repository("skopeo/both-ways")
    pushed = image("both ways")
    source, target = pushed.write(tmp_path / "source"), tmp_path / "target"
    there = f"docker://{registry.host}/{name}:v1"
    push = registry.skopeo(
        "copy", "--dest-tls-verify=false", "--dest-creds", registry.credentials, f"dir:{source}", there
    )
    assert push.returncode == 0, push.stderr
    pull = registry.skopeo(
        "copy", "--src-tls-verify=false", "--src-creds", registry.credentials, there, f"dir:{target}"
    )
    assert pull.returncode == 0, pull.stderr
    assert {file.name: file.read_bytes() for file in target.iterdir()} == {
        file.name: file.read_bytes() for file in source.iterdir()
    }


def test_fails_to_push_to_a_repository_that_was_not_made(registry, image, tmp_path):
    source = image("no repository").write(tmp_path / "source")
    push = registry.skopeo(
        "copy", "--dest-tls-verify=false", "--dest-creds", registry.credentials, f"dir:{source}",
        f"docker://{registry.host}/nobody/made-it:v1",
    )  # fmt: skip
    words = "The repository with name 'nobody/made-it' does not exist in the registry with id '123456789012'"
    assert (push.returncode, f"name unknown: {words}" in push.stderr) == (1, True), push.stderr


def test_a_tag_moves_where_tags_are_mutable(registry, image):
    name = registry.repository("moving-tags")
    first = registry.push(name, image("moving: first"), "latest")
    second = registry.push(name, image("moving: second"), "latest")
    assert registry.get(name, "latest").body == second.manifest
    assert registry.get(name, first.digest).body == first.manifest


def test_fails_to_move_a_tag_where_tags_are_immutable(registry, image):
    name = registry.repository("fixed-tags", imageTagMutability="IMMUTABLE")
    first = registry.push(name, image("fixed: first"), "v1")
    second = registry.push(name, image("fixed: second"))
    assert registry.put(name, "v1", second.manifest).error == (
        400,
        "TAG_INVALID",
        "The image tag 'v1' already exists in the 'fixed-tags' repository and cannot be overwritten because the "
        "repository is immutable.",
    )
    assert registry.get(name, "v1").body == first.manifest


def test_the_same_image_with_the_same_tag_again_is_fine(registry, image):
    name = registry.repository("same-again", imageTagMutability="IMMUTABLE")
    pushed = registry.push(name, image("same again"), "v1")
    before = registry.details(name)
    assert registry.put(name, "v1", pushed.manifest).status == 201
    assert registry.details(name) == before


def test_a_tag_that_no_image_has_is_unknown(registry):
    name = registry.repository("no-images")
    assert registry.get(name, "v1").error == (404, "MANIFEST_UNKNOWN", "Requested image not found")


def test_tags_are_listed(registry, image):
    name = registry.repository("listed-tags")
    registry.push(name, image("listed"), "b", "a")
    assert registry.ask("GET", f"/v2/{name}/tags/list").body == b'{"name": "listed-tags", "tags": ["a", "b"]}'


def test_fails_to_push_a_manifest_whose_layer_was_not_pushed(registry, image):
    name = registry.repository("no-layers")
    refused = registry.put(name, "v1", image("never pushed").manifest)
    errors = json.loads(refused.body)["errors"]
    assert (refused.status, {each["code"] for each in errors}) == (400, {"MANIFEST_BLOB_UNKNOWN"})
    assert registry.details(name) == []


def test_fails_to_push_a_list_of_images_that_were_not_pushed(registry, image):
    name = registry.repository("no-members")
    missing = image("no member")
    status, code, message = registry.put(
        name, "v1", registry.list_of(missing), "application/vnd.docker.distribution.manifest.list.v2+json"
    ).error
    assert (status, code) == (400, "MANIFEST_BLOB_UNKNOWN")
    assert missing.digest in message


@pytest.mark.parametrize("manifest", [b"no JSON", b"[]", b'{"schemaVersion": 1}'])
def test_fails_to_push_what_is_no_manifest(registry, manifest):
    name = registry.repository(f"no-manifests-{len(manifest)}")
    status, code, _ = registry.put(name, "v1", manifest, "application/json").error
    assert (status, code) == (400, "MANIFEST_INVALID")


def test_fails_to_push_a_manifest_by_the_digest_of_another(registry, image):
    name = registry.repository("wrong-digest")
    pushed = registry.push(name, image("right digest"))
    status, code, _ = registry.put(name, f"sha256:{'0' * 64}", pushed.manifest).error
    assert (status, code) == (400, "DIGEST_INVALID")


def test_a_layer_is_stored_once_it_has_the_digest_that_the_client_said(registry, image):
    name = registry.repository("layers")
    layer = image("a layer").layer
    assert registry.upload(name, layer).status == 201
    assert registry.ask("GET", f"/v2/{name}/blobs/{image('a layer').layer_digest}").body == layer


def test_fails_to_upload_a_layer_with_another_digest(registry):
    name = registry.repository("wrong-layers")
    begun = registry.ask("POST", f"/v2/{name}/blobs/uploads/")
    put = registry.ask("PUT", f"{begun.headers['Location']}&digest=sha256:{'0' * 64}", b"content")
    assert put.error[:2] == (400, "DIGEST_INVALID")


def test_a_layer_of_another_repository_is_not_mounted(registry, image):
    source, target = registry.repository("mounts/source"), registry.repository("mounts/target")
    pushed = registry.push(source, image("not mounted"), "v1")
    asked = registry.ask("POST", f"/v2/{target}/blobs/uploads/?mount={pushed.layer_digest}&from={source}")
    assert asked.status == 202
    assert registry.ask("HEAD", f"/v2/{target}/blobs/{pushed.layer_digest}").status == 404


def test_a_part_of_a_layer_is_read(registry, image):
    name = registry.repository("parts")
    pushed = registry.push(name, image("parts"), "v1")
    part = registry.ask("GET", f"/v2/{name}/blobs/{pushed.layer_digest}", headers={"Range": "bytes=2-5"})
    assert (part.status, part.body) == (206, pushed.layer[2:6])


def test_the_head_of_a_manifest_has_its_digest_and_length(registry, image):
    name = registry.repository("heads")
    pushed = registry.push(name, image("heads"), "v1")
    head = registry.ask("HEAD", f"/v2/{name}/manifests/v1")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["Docker-Content-Digest"] == pushed.digest
    assert head.headers["Content-Length"] == str(len(pushed.manifest))


@pytest.mark.skipif(sys.platform != "linux", reason="reads how much memory a process had at most")
def test_a_large_layer_is_never_in_memory_as_a_whole(registry):
    name, size = registry.repository("large"), 256 << 20
    piece, digest = b"\0" * (1 << 20), hashlib.sha256()
    for _ in range(size >> 20):
        digest.update(piece)
    status = Path(f"/proc/{registry.aws.process.pid}/status")

    def most_kib() -> int:
        return int(next(line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM:")))

    before = most_kib()
    begun = registry.ask("POST", f"/v2/{name}/blobs/uploads/")
    sent = registry.ask(
        "PATCH", begun.headers["Location"], (piece for _ in range(size >> 20)), {"Transfer-Encoding": "chunked"}
    )
    assert sent.status == 202, sent.body
    done = registry.ask("PUT", f"{sent.headers['Location']}&digest=sha256:{digest.hexdigest()}")
    assert done.status == 201, done.body
    assert registry.ask("GET", f"/v2/{name}/blobs/sha256:{digest.hexdigest()}").headers["Content-Length"] == str(size)
    assert most_kib() - before < size / 1024 / 8


@pytest.mark.parametrize("user", ["", "AWS:", "AWS:guessed", "AWS:guessed.signature", "AWS:ä.ö", "another:token"])
def test_fails_without_a_token_that_was_given_out(registry, user):
    refused = registry.ask("GET", "/v2/", user=user)
    assert refused.error == (401, "UNAUTHORIZED", "Not Authorized")
    assert refused.headers["WWW-Authenticate"].startswith('Basic realm="http://localhost:')


def test_a_token_with_another_user_is_refused(registry):
    token = registry.credentials.partition(":")[2]
    assert registry.ask("GET", "/v2/", user=f"root:{token}").status == 401
    assert registry.ask("GET", "/v2/").status == 200


def test_the_token_says_whose_registry_it_is_on_this_computer(registry, image):
    registry.repository("by-token")
    elsewhere = registry.aws.client("ecr", "eu-central-1").get_authorization_token()["authorizationData"][0]
    user = base64.b64decode(elsewhere["authorizationToken"]).decode()
    asked = registry.ask("GET", "/v2/by-token/tags/list", user=user)
    assert asked.error[:2] == (404, "NAME_UNKNOWN")
    assert registry.ask("GET", "/v2/by-token/tags/list").status == 200


def status_of(tokens, token, host):
    """Returns how a registry answers to a host name, as machines ask it."""
    started = []
    credentials = base64.b64encode(f"AWS:{token}".encode()).decode()
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/v2/",
        "HTTP_HOST": host,
        "HTTP_AUTHORIZATION": f"Basic {credentials}",
        "wsgi.url_scheme": "https",
    }
    Front(None, tokens)(environ, lambda status, _headers: started.append(status))
    return started[0]


def test_a_token_opens_the_registry_of_its_account_and_region_alone():
    tokens = Tokens(b"key")
    later = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
    token = tokens.make(RegistryName("123456789012", "eu-west-1"), later)
    assert status_of(tokens, token, "123456789012.dkr.ecr.eu-west-1.amazonaws.com") == "200 OK"
    assert status_of(tokens, token, "123456789012.dkr.ecr.us-east-1.amazonaws.com") == "403 Forbidden"
    assert status_of(tokens, token, "999999999999.dkr.ecr.eu-west-1.amazonaws.com") == "403 Forbidden"


def test_fails_with_a_token_that_has_ended():
    tokens = Tokens(b"key")
    before = datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=1)
    token = tokens.make(RegistryName("123456789012", "eu-west-1"), before)
    assert status_of(tokens, token, "123456789012.dkr.ecr.eu-west-1.amazonaws.com") == "401 Unauthorized"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/v2/refused/manifests/v1"),
        ("DELETE", f"/v2/refused/blobs/sha256:{'0' * 64}"),
        ("GET", "/v2/_catalog"),
        ("GET", "/v2/refused/blobs/uploads/../../../secret"),
    ],
)
def test_what_ecr_has_not_is_unsupported(registry, method, path):
    assert registry.ask(method, path).error[:2] == (405, "UNSUPPORTED")


def test_a_web_page_is_refused_with_a_token_too(registry):
    assert registry.ask("GET", "/v2/", headers={"Origin": "https://example.com"}).status == 403
    assert registry.ask("GET", "/v2/", headers={"Host": "example.com"}).status == 403


def test_calls_of_services_with_the_same_path_are_no_requests_to_the_registry(registry):
    assert registry.aws.client("sesv2").list_email_identities()["EmailIdentities"] == []


@pytest.mark.usefixtures("path_without_registry")
def test_says_what_to_install_where_the_program_is_missing(start, registry_of, tmp_path):
    alone = registry_of(start(tmp_path / "home"))
    name = alone.repository("anything")
    words = (
        "images need the program docker-registry, and it is not on the PATH: install Debian's package docker-registry"
    )
    assert alone.ask("POST", f"/v2/{name}/blobs/uploads/").error == (400, "UNAVAILABLE", words)
    with pytest.raises(ClientError, match=words):
        alone.ecr.put_image(
            repositoryName=name,
            imageManifest='{"schemaVersion": 2}',
            imageManifestMediaType="application/vnd.docker.distribution.manifest.v2+json",
        )
    assert alone.details(name) == []
