"""What Docker is told of a container, as tables."""

import pytest
from local_aws.services.ecs.agent.container_bodies import Surroundings, bindings_of, body_of, name_of

TASK = {"family": "web", "revision": 3, "containerDefinitions": []}
ARN = "arn:aws:ecs:eu-west-1:123456789012:task/c/0123456789abcdef0123456789abcdef"
VOLUMES = [{"name": "data", "host": {"sourcePath": "/data"}}, {"name": "scratch"}]
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"


def body(task=None, has_certificates=False, **container):
    keywords = {
        name: container.pop(name) for name in ("override", "environment_of_agent", "values") if name in container
    }
    around = Surroundings(
        "c",
        ARN,
        keywords.get("override", {}),
        keywords.get("environment_of_agent", {}),
        keywords.get("values", {}),
        has_certificates,
    )
    return body_of({**TASK, **(task or {})}, {"name": "main", "image": "app:1", **container}, around)


@pytest.mark.parametrize(
    ("container", "name", "expected"),
    [
        ({}, "Image", "app:1"),
        ({"entryPoint": ["/bin/app"]}, "Entrypoint", ["/bin/app"]),
        ({"command": ["run"]}, "Cmd", ["run"]),
        ({"command": ["run"], "override": {"command": ["other"]}}, "Cmd", ["other"]),
        ({"user": "5984"}, "User", "5984"),
        ({"workingDirectory": "/app"}, "WorkingDir", "/app"),
        ({"portMappings": [{"containerPort": 80}]}, "ExposedPorts", {"80/tcp": {}}),
        (
            {"healthCheck": {"command": ["CMD-SHELL", "true"], "interval": 5}},
            "Healthcheck",
            {
                "Test": ["CMD-SHELL", "true"],
                "Interval": 5_000_000_000,
                "Timeout": 5_000_000_000,
                "Retries": 3,
                "StartPeriod": 0,
            },
        ),
        ({}, "Healthcheck", None),
    ],
)
def test_a_definition_is_said_in_docker_s_words(container, name, expected):
    assert body(**container).get(name) == expected


@pytest.mark.parametrize(
    ("container", "name", "expected"),
    [
        (
            {"portMappings": [{"containerPort": 80, "hostPort": 8080}]},
            "PortBindings",
            {"80/tcp": [{"HostPort": "8080"}]},
        ),
        ({"portMappings": [{"containerPort": 53, "protocol": "udp"}]}, "PortBindings", {"53/udp": [{"HostPort": ""}]}),
        ({"extraHosts": [{"hostname": "db", "ipAddress": "172.17.0.1"}]}, "ExtraHosts", ["db:172.17.0.1"]),
        ({"readonlyRootFilesystem": True}, "ReadonlyRootfs", True),
        ({"memory": 64}, "Memory", 64 * 1024 * 1024),
        (
            {"ulimits": [{"name": "nofile", "softLimit": 1, "hardLimit": 2}]},
            "Ulimits",
            [{"Name": "nofile", "Soft": 1, "Hard": 2}],
        ),
        ({"linuxParameters": {"initProcessEnabled": True}}, "Init", True),
        ({"linuxParameters": {"capabilities": {"drop": ["ALL"]}}}, "CapDrop", ["ALL"]),
        ({"linuxParameters": {"tmpfs": [{"containerPath": "/t", "size": 8}]}}, "Tmpfs", {"/t": "size=8m"}),
        ({"logConfiguration": {"logDriver": "awslogs"}}, "LogConfig", {"Type": "json-file"}),
        ({"logConfiguration": {"logDriver": "none"}}, "LogConfig", {"Type": "none"}),
        ({"task": {"networkMode": "host"}}, "NetworkMode", "host"),
        ({"has_certificates": True}, "Binds", [f"{CERTIFICATES}:{CERTIFICATES}:ro"]),
    ],
)
def test_a_definition_says_what_the_host_gives(container, name, expected):
    assert body(**container)["HostConfig"][name] == expected


@pytest.mark.parametrize(
    ("mount", "expected"),
    [
        ({"sourceVolume": "data", "containerPath": "/d"}, "/data:/d"),
        ({"sourceVolume": "data", "containerPath": "/d", "readOnly": True}, "/data:/d:ro"),
        ({"sourceVolume": "scratch", "containerPath": "/s"}, "ecs-web-3-scratch-0123456789abcdef0123:/s"),
    ],
)
def test_a_mount_is_a_folder_of_the_host_or_a_volume_of_the_task(mount, expected):
    assert body(task={"volumes": VOLUMES}, mountPoints=[mount])["HostConfig"]["Binds"] == [expected]


def test_the_agent_s_variables_come_last_and_those_of_the_definition_before():
    told = body(
        has_certificates=True,
        environment=[{"name": "A", "value": "definition"}, {"name": "SSL_CERT_FILE", "value": "mine"}],
        values={"SECRET": "s"},
        override={"environment": [{"name": "A", "value": "override"}]},
        environment_of_agent={"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/x"},
    )["Env"]
    environment = dict(each.split("=", 1) for each in told)
    assert environment == {
        "A": "override",
        "SECRET": "s",
        "SSL_CERT_FILE": "mine",
        "AWS_CA_BUNDLE": CERTIFICATES,
        "NODE_EXTRA_CA_CERTS": CERTIFICATES,
        "AWS_EXECUTION_ENV": "AWS_ECS_EC2",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/x",
    }


def test_labels_name_the_task():
    told = body(dockerLabels={"mine": "x"})["Labels"]
    assert told["mine"] == "x"
    assert told["com.amazonaws.ecs.task-arn"] == ARN
    assert told["com.amazonaws.ecs.container-name"] == "main"


def test_a_container_has_the_name_that_aws_s_agent_gives():
    assert name_of(TASK, {"name": "main"}, "0123456789abcdef0123456789abcdef") == "ecs-web-3-main-0123456789abcdef0123"


def test_bindings_are_those_of_ipv4():
    ports = {
        "80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "49153"}, {"HostIp": "::", "HostPort": "49153"}],
        "81/tcp": None,
    }
    expected = {"bindIP": "0.0.0.0", "containerPort": 80, "hostPort": 49153, "protocol": "tcp"}
    assert bindings_of(ports) == [expected]
