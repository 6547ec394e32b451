"""The credentials of containers, asked without a machine."""

import datetime
import json
from types import SimpleNamespace

import pytest
from local_aws.core import container_roles
from local_aws.core.background import Ending
from local_aws.core.container_roles import ContainerRole
from local_aws.services.sts.container_credentials import ContainerCredentials
from local_aws.services.sts.role_sessions import RoleCredentials

ROLE = ContainerRole("arn:aws:iam::123456789012:role/task", "task-1", "eu-central-1")
TIMES = datetime.datetime(2026, 11, 29, 12), datetime.datetime(2026, 11, 29, 18)


@pytest.fixture
def sessions():
    known = {(ROLE.role_arn, ROLE.session_name, ROLE.region): RoleCredentials(ROLE.role_arn, "ASIA", "s", "t", *TIMES)}
    return SimpleNamespace(credentials_of=lambda *asked: known.get(asked))


@pytest.fixture
def ask(sessions):
    application = ContainerCredentials(sessions)

    def ask(path, method="GET"):
        answered = []
        environ = {"REQUEST_METHOD": method, "PATH_INFO": path}
        body = b"".join(application(environ, lambda status, _headers: answered.append(status)))
        return answered[0][:3], json.loads(body)

    container_roles.register("secret-id", ROLE)
    yield ask
    container_roles.unregister("secret-id")


def test_gives_the_credentials_of_a_registered_role(ask):
    assert ask("/v2/credentials/secret-id") == (
        "200",
        {
            "RoleArn": ROLE.role_arn,
            "AccessKeyId": "ASIA",
            "SecretAccessKey": "s",
            "Token": "t",
            "Expiration": "2026-11-29T18:00:00Z",
        },
    )


def test_fails_for_an_id_that_nobody_registered(ask):
    status, told = ask("/v2/credentials/guessed")
    assert (status, told["code"]) == ("400", "InvalidIdInRequest")


def test_fails_for_a_role_that_is_gone(ask):
    container_roles.register("old-id", ContainerRole("arn:aws:iam::123456789012:role/gone", "task-2", "eu-central-1"))
    assert ask("/v2/credentials/old-id")[0] == "400"
    container_roles.unregister("old-id")


def test_gives_no_credentials_that_could_not_be_saved(ask, sessions):
    def end(*_asked):
        raise Ending

    sessions.credentials_of = end
    status, told = ask("/v2/credentials/secret-id")
    assert (status, told["code"]) == ("503", "ServiceUnavailable")


@pytest.mark.parametrize(("path", "method"), [("/", "GET"), ("/v2/credentials/secret-id", "POST")])
def test_fails_for_another_request(ask, path, method):
    assert ask(path, method)[0] == "404"
