"""ECR: repositories of images that clients push and pull. docker-registry keeps the images."""

from pathlib import Path

from local_aws.core.streams import add_stream

from . import authorization, docker_registry, image_calls, layers, repositories, scans
from .front import Front
from .hosts import is_for_registry
from .tokens import keep_tokens


def install() -> None:
    """Puts the calls in place. Call it once."""
    for module in (authorization, repositories, image_calls, layers, scans):
        module.install()


def attach(home: Path) -> None:
    """Keeps images in the folder of a local AWS, and answers Docker's clients. Call it once."""
    folder = home / "registry"
    tokens = keep_tokens(folder / "token-key")
    authorization.attach(tokens)
    add_stream(is_for_registry, Front(docker_registry.attach(folder), tokens))
