"""Images of containers: whether one is pulled, and with whose login."""

import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from .docker import Docker, DockerError
from .problems import ContainerProblem
from .roles import Actor, Denied

_ECR = re.compile(r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/(?P<name>[^:@]+)")
# What a client of the registry needs, apart from its token.
_PULLS = ("ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer")


@dataclass(frozen=True)
class Puller:
    """Pulls images for a task. `password_of` gives the password of the registry of an account in a region.

    `pulled` are images that this instance has pulled, for the behavior `once`.
    """

    docker: Docker
    behavior: str
    actor: Actor
    password_of: Callable[[str, str], str]
    pulled: Collection[str] = ()

    def ensure(self, image: str) -> bool:
        """Makes an image be there, and says whether it was pulled. Raises ContainerProblem, DockerGone."""
        is_there = self._is_there(image)
        if is_there and (self.behavior == "prefer-cached" or (self.behavior == "once" and image in self.pulled)):
            return False
        try:
            self._pull(image)
        except ContainerProblem:
            # `default` takes what is there when the registry does not answer.
            if is_there and self.behavior == "default":
                return False
            raise
        return True

    def digest_of(self, image: str) -> str | None:
        """Returns the digest that an image has in its registry. None: it was never in one."""
        try:
            digests = self.docker.get(f"/images/{quote(image, safe='/:@')}/json").get("RepoDigests") or []
        except DockerError:
            return None
        return digests[0].partition("@")[2] if digests else None

    def _is_there(self, image: str) -> bool:
        try:
            self.docker.get(f"/images/{quote(image, safe='/:@')}/json")
        except DockerError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return False
            raise ContainerProblem("CannotPullContainerError", f"Error response from daemon: {error}") from error
        return True

    def _pull(self, image: str) -> None:
        auth = self._auth(image)
        try:
            self.docker.pull(image, auth)
        except DockerError as error:
            raise ContainerProblem("CannotPullContainerError", f"Error response from daemon: {error}") from error

    def _auth(self, image: str) -> dict[str, str] | None:
        registry = _ECR.match(image)
        if registry is None:
            return None
        try:
            self.actor.require("ecr:GetAuthorizationToken", "*")
        except Denied as error:
            raise ContainerProblem("CannotPullECRContainerError", str(error)) from error
        account, region, name = registry["account"], registry["region"], registry["name"]
        try:
            for action in _PULLS:
                self.actor.require(action, f"arn:aws:ecr:{region}:{account}:repository/{name}")
        except Denied as error:
            why = str(error).partition(": ")[2]
            raise ContainerProblem(
                "CannotPullContainerError",
                f"Error response from daemon: pull access denied for {image.partition(':')[0].partition('@')[0]},"
                f" repository does not exist or may require 'docker login': denied: {why}",
            ) from error
        return {"username": "AWS", "password": self.password_of(account, region), "serveraddress": image.split("/")[0]}
