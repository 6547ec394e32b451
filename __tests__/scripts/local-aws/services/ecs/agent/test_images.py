"""Which images are pulled, and with whose login: as tables, with a daemon that keeps names."""

import json
from types import SimpleNamespace

import pytest
from local_aws.services.ecs.agent.docker import DockerError
from local_aws.services.ecs.agent.images import Puller
from local_aws.services.ecs.agent.problems import ContainerProblem
from local_aws.services.ecs.agent.roles import Actor

ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"


class Daemon:
    def __init__(self, *images, fails=""):
        self.images, self.fails, self.pulls = list(images), fails, []

    def get(self, path):
        if path.removeprefix("/images/").removesuffix("/json") not in self.images:
            raise DockerError(404, "No such image")
        return {"RepoDigests": ["app@sha256:0a"]}

    def pull(self, image, auth):
        if self.fails:
            raise DockerError(500, self.fails)
        self.pulls.append((image, auth))


def actor(*statements):
    policies = {"p": json.dumps({"Statement": list(statements)})}
    return Actor("arn:aws:sts::1:assumed-role/r/s", (SimpleNamespace(policies=policies, managed_policies={}),))


def allow(action, resource="*"):
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def puller(daemon, behavior="default", by=None, pulled=()):
    return Puller(daemon, behavior, by or actor(), lambda account, region: f"{account} {region}", pulled)


@pytest.mark.parametrize(
    ("behavior", "there", "pulled", "expected"),
    [
        ("default", False, [], True),
        ("default", True, [], True),
        ("always", True, [], True),
        ("once", False, ["app:1"], True),
        ("once", True, [], True),
        ("once", True, ["app:1"], False),
        ("prefer-cached", True, [], False),
        ("prefer-cached", False, [], True),
    ],
)
def test_the_behavior_says_when_an_image_is_pulled(behavior, there, pulled, expected):
    daemon = Daemon(*(["app:1"] if there else []))
    assert puller(daemon, behavior, pulled=pulled).ensure("app:1") is expected
    assert bool(daemon.pulls) is expected


def test_by_default_what_is_there_takes_the_place_of_a_registry_that_does_not_answer():
    assert puller(Daemon("app:1", fails="no route")).ensure("app:1") is False


@pytest.mark.parametrize(("behavior", "there"), [("default", []), ("always", ["app:1"]), ("once", ["app:1"])])
def test_fails_when_the_registry_does_not_answer(behavior, there):
    with pytest.raises(ContainerProblem, match="CannotPullContainerError: Error response from daemon: no route"):
        puller(Daemon(*there, fails="no route"), behavior).ensure("app:1")


def test_an_image_of_ecr_is_pulled_with_its_password():
    daemon = Daemon()
    puller(daemon, by=actor(allow("ecr:*"))).ensure(f"{ECR}/team/app@sha256:0a")
    ((_image, auth),) = daemon.pulls
    assert auth == {"username": "AWS", "password": "123456789012 eu-west-1", "serveraddress": ECR}


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        ([], "CannotPullECRContainerError: AccessDeniedException: .*ecr:GetAuthorizationToken on resource: \\*"),
        (
            [allow("ecr:GetAuthorizationToken")],
            "CannotPullContainerError: .* denied: User: .*assumed-role/r/s is not authorized to perform: "
            "ecr:BatchGetImage on resource: arn:aws:ecr:eu-west-1:123456789012:repository/team/app",
        ),
        (
            [allow("ecr:GetAuthorizationToken"), allow("ecr:*", "*:repository/other")],
            "ecr:BatchGetImage",
        ),
        ([allow("ecr:GetAuthorizationToken"), allow("ecr:BatchGetImage")], "ecr:GetDownloadUrlForLayer"),
    ],
)
def test_fails_without_the_permissions_of_ecr(statements, said):
    with pytest.raises(ContainerProblem, match=said):
        puller(Daemon(), by=actor(*statements)).ensure(f"{ECR}/team/app:1")


def test_the_digest_of_an_image_is_that_of_its_registry():
    assert puller(Daemon("app:1")).digest_of("app:1") == "sha256:0a"
