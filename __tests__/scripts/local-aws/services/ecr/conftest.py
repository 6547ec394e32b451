"""Images, and clients that push and pull them: plain HTTP, and skopeo where a real client says more."""

import base64
import gzip
import hashlib
import http.client
import io
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

REGION, ACCOUNT = "eu-west-1", "123456789012"
TOOLS = ("docker-registry", "skopeo")
MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
MANIFEST_LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
CONFIG = "application/vnd.docker.container.image.v1+json"
LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    for item in items if missing else ():
        if {"registry", "registry_of"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.skip(reason=f"images need tools that are not installed: {', '.join(missing)}"))


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


@dataclass
class Image:
    """An image with one layer, which has one file."""

    text: str
    config: bytes = field(init=False)
    layer: bytes = field(init=False)
    manifest: bytes = field(init=False)

    def __post_init__(self) -> None:
        archive = io.BytesIO()
        with tarfile.open(fileobj=archive, mode="w") as packed:
            member = tarfile.TarInfo("file")
            member.size = len(self.text)
            packed.addfile(member, io.BytesIO(self.text.encode()))
        files = {"type": "layers", "diff_ids": [digest_of(archive.getvalue())]}
        self.layer = gzip.compress(archive.getvalue(), mtime=0)
        self.config = json.dumps({"architecture": "amd64", "os": "linux", "config": {}, "rootfs": files}).encode()
        self.manifest = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": MANIFEST,
                "config": {"mediaType": CONFIG, "size": len(self.config), "digest": digest_of(self.config)},
                "layers": [{"mediaType": LAYER, "size": len(self.layer), "digest": digest_of(self.layer)}],
            }
        ).encode()

    @property
    def digest(self) -> str:
        return digest_of(self.manifest)

    @property
    def layer_digest(self) -> str:
        return digest_of(self.layer)

    @property
    def size(self) -> int:
        return len(self.config) + len(self.layer)

    def write(self, folder: Path) -> Path:
        """Writes it as skopeo's transport `dir` has it."""
        folder.mkdir()
        (folder / "version").write_text("Directory Transport Version: 1.1\n")
        (folder / "manifest.json").write_bytes(self.manifest)
        for content in (self.config, self.layer):
            (folder / digest_of(content).removeprefix("sha256:")).write_bytes(content)
        return folder


class Answer:
    """An answer whose body has been read."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status, self.headers, self.body = answer.status, answer.headers, answer.read()

    @property
    def error(self) -> tuple[int, str, str]:
        """Status, code and message of an error."""
        (error,) = json.loads(self.body)["errors"]
        return self.status, error["code"], error["message"]


class Registry:
    """The registry of a local AWS, as a client on this computer sees it."""

    def __init__(self, aws: Any) -> None:
        self.aws = aws
        self.ecr = aws.client("ecr")
        given = self.ecr.get_authorization_token()["authorizationData"][0]
        self.credentials = base64.b64decode(given["authorizationToken"]).decode()

    @property
    def host(self) -> str:
        return f"localhost:{self.aws.port}"

    def ask(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None, user: str | None = None
    ) -> Answer:
        """Sends a request. `user` are other credentials than the token's."""
        connection = http.client.HTTPConnection("127.0.0.1", self.aws.port, timeout=600)
        credentials = base64.b64encode((self.credentials if user is None else user).encode()).decode()
        given = {"Authorization": f"Basic {credentials}", "Host": self.host, **(headers or {})}
        connection.request(method, path, body, given, encode_chunked="Transfer-Encoding" in given)
        try:
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def repository(self, name: str, **settings: Any) -> str:
        self.ecr.create_repository(repositoryName=name, **settings)
        return name

    def upload(self, repository: str, content: bytes) -> Answer:
        begun = self.ask("POST", f"/v2/{repository}/blobs/uploads/")
        assert begun.status == 202, begun.body
        return self.ask("PUT", f"{begun.headers['Location']}&digest={digest_of(content)}", content)

    def put(self, repository: str, reference: str, manifest: bytes, kind: str = MANIFEST) -> Answer:
        return self.ask("PUT", f"/v2/{repository}/manifests/{reference}", manifest, {"Content-Type": kind})

    def get(self, repository: str, reference: str) -> Answer:
        return self.ask("GET", f"/v2/{repository}/manifests/{reference}")

    def push(self, repository: str, image: Image, *tags: str) -> Image:
        """Pushes an image with tags, or by its digest alone."""
        for content in (image.config, image.layer):
            assert self.upload(repository, content).status == 201
        for reference in tags or (image.digest,):
            pushed = self.put(repository, reference, image.manifest)
            assert pushed.status == 201, pushed.body
        return image

    def push_list(self, repository: str, *members: Image) -> str:
        """Pushes a manifest list of images that are there, with the tag `all`. Returns its digest."""
        manifest = self.list_of(*members)
        pushed = self.put(repository, "all", manifest, MANIFEST_LIST)
        assert pushed.status == 201, pushed.body
        return digest_of(manifest)

    @staticmethod
    def list_of(*members: Image) -> bytes:
        manifests = [
            {
                "mediaType": MANIFEST,
                "size": len(each.manifest),
                "digest": each.digest,
                "platform": {"architecture": "amd64", "os": "linux", "variant": str(number)},
            }
            for number, each in enumerate(members)
        ]
        return json.dumps({"schemaVersion": 2, "mediaType": MANIFEST_LIST, "manifests": manifests}).encode()

    def details(self, repository: str, **more: Any) -> list[dict[str, Any]]:
        return self.ecr.describe_images(repositoryName=repository, **more)["imageDetails"]

    def skopeo(self, *words: object) -> subprocess.CompletedProcess[str]:
        """Runs skopeo without settings of this computer."""
        command = ["skopeo", "--insecure-policy", *map(str, words)]
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=600, env={"PATH": os.environ["PATH"]}
        )


@pytest.fixture(scope="module")
def registry(aws: Any) -> Registry:
    return Registry(aws)


@pytest.fixture
def registry_of() -> Callable[[Any], Registry]:
    """Returns the registry of a local AWS that a test starts itself."""
    return Registry


@pytest.fixture(scope="module")
def image() -> Callable[[str], Image]:
    """Makes an image. Another text makes another image."""
    return Image


@pytest.fixture
def path_without_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Takes docker-registry from the PATH of what the test starts."""
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))
    yield
