"""What a container prints becomes events of CloudWatch Logs, with what the role may do."""

import json
from types import SimpleNamespace

import pytest
from accounts import new_account
from local_aws.services.ecs.agent.container_logs import stream_of
from local_aws.services.ecs.agent.problems import ContainerProblem
from local_aws.services.ecs.agent.roles import Actor
from moto.core.utils import unix_time_millis, utcnow
from moto.logs.models import logs_backends

REGION = "eu-west-1"


class Daemon:
    def __init__(self, *lines):
        self.lines, self.since = lines, None

    def logs(self, _container_id, since):
        self.since = since
        yield from self.lines


@pytest.fixture
def backend():
    return logs_backends[new_account()][REGION]


def actor(action="logs:*"):
    policies = {"p": json.dumps({"Statement": [{"Effect": "Allow", "Action": action, "Resource": "*"}]})}
    return Actor("arn:aws:sts::1:assumed-role/r/s", (SimpleNamespace(policies=policies, managed_policies={}),))


def stream(backend, by=None, **options):
    log = {"awslogs-group": "g", "awslogs-region": REGION, "awslogs-stream-prefix": "run", **options}
    definition = {"name": "main", "logConfiguration": {"logDriver": "awslogs", "options": log}}
    return stream_of(definition, "0a", backend.account_id, by or actor())


def moment(milliseconds=0):
    return f"{utcnow().isoformat(timespec='milliseconds')[:19]}.{milliseconds:03d}000001Z"


def test_a_container_without_awslogs_has_no_stream():
    assert stream_of({"name": "main"}, "0a", "1", actor()) is None


def test_lines_are_events_with_their_times(backend):
    backend.create_log_group("g", {})
    log, before = stream(backend), unix_time_millis(utcnow()) // 1000
    log.open()
    last = moment(7)
    log.follow(Daemon((moment(5), b"first"), (moment(6), b""), (last, b"second\r")), "x", None)
    log.end()
    assert log.flush() == last
    events = backend.groups["g"].streams["run/main/0a"].events
    assert [each.message for each in events] == ["first", "second"]
    assert [each.timestamp % 1000 for each in events] == [5, 7]
    assert events[0].timestamp // 1000 >= before


def test_reading_goes_on_just_after_the_last_line(backend):
    daemon, log = Daemon(), stream(backend)
    log.follow(daemon, "x", "2026-11-30T00:00:00.999999999Z")
    log.end()
    assert daemon.since == "1795996801.000000000"


def test_lines_come_once_when_docker_was_gone_meanwhile(backend):
    backend.create_log_group("g", {})
    log, daemon = stream(backend), Daemon((moment(), b"once"))
    log.open()
    log.follow(daemon, "x", None)
    log.end()
    log.follow(again := Daemon(), "x", None)
    log.end()
    log.flush()
    assert [each.message for each in backend.groups["g"].streams["run/main/0a"].events] == ["once"]
    assert float(again.since) > 0


def test_the_group_is_made_where_the_options_say_so(backend):
    stream(backend, **{"awslogs-create-group": "true"}).open()
    assert list(backend.groups) == ["g"]


def test_fails_without_the_group(backend):
    with pytest.raises(ContainerProblem, match=r"ResourceNotFoundException: The specified log group does not exist\."):
        stream(backend).open()


@pytest.mark.parametrize(
    ("allowed", "action"),
    [("logs:CreateLogGroup", "logs:CreateLogStream"), ("logs:PutLogEvents", "logs:CreateLogGroup")],
)
def test_fails_without_the_permission(backend, allowed, action):
    with pytest.raises(ContainerProblem, match=f"is not authorized to perform: {action} on resource: arn:aws:logs:"):
        stream(backend, actor(allowed), **{"awslogs-create-group": "true"}).open()


def test_lines_that_the_role_may_not_put_are_dropped(backend):
    backend.create_log_group("g", {})
    log = stream(backend, actor("logs:CreateLogStream"))
    log.open()
    log.follow(Daemon((moment(), b"lost")), "x", None)
    log.end()
    log.flush()
    assert backend.groups["g"].streams["run/main/0a"].events == []
