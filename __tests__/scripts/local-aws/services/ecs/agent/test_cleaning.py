"""Which containers go, with a daemon that keeps names."""

import datetime
import time

import pytest
from local_aws.services.ecs.agent.cleaning import Cleaner

ARN = "arn:aws:ecs:eu-west-1:123456789012:task/c/0a"
VOLUMES = {
    "family": "web",
    "revision": 1,
    "volumes": [{"name": "scratch"}, {"name": "d", "host": {"sourcePath": "/d"}}],
}


class Daemon:
    def __init__(self, age_sec=0):
        self.age_sec, self.deleted = age_sec, []

    def get(self, _path, **_query):
        return [{"Id": "x", "Labels": {"com.amazonaws.ecs.task-arn": ARN}, "Created": time.time() - self.age_sec}]

    def delete(self, path, **_query):
        self.deleted.append(path)


def task(stopped_sec_ago=None):
    stopped = {} if stopped_sec_ago is None else {"stoppedAt": ago(stopped_sec_ago)}
    return {"0a": {"taskArn": ARN, "local": {"definition": VOLUMES}, **stopped}}


def ago(seconds):
    return datetime.datetime.now(datetime.UTC) - datetime.timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("tasks", "age_sec", "expected"),
    [
        (task, 999, []),
        (lambda: task(stopped_sec_ago=10), 999, []),
        (lambda: task(stopped_sec_ago=999), 999, ["/containers/x", "/volumes/ecs-web-1-scratch-0a"]),
        (dict, 10, []),
        (dict, 999, ["/containers/x"]),
    ],
)
def test_containers_of_tasks_that_stopped_long_ago_go(tasks, age_sec, expected):
    daemon = Daemon(age_sec)
    Cleaner(daemon, 100).look(tasks())
    assert daemon.deleted == expected
