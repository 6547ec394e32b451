import json

import configuration
import host_files
import pytest


@pytest.fixture
def files(tmp_path, monkeypatch):
    monkeypatch.setattr(host_files, "AGENT", str(tmp_path / "ecs/ecs.config"))
    monkeypatch.setattr(host_files, "DOCKER", str(tmp_path / "docker/daemon.json"))
    monkeypatch.setattr(configuration, "FILE", str(tmp_path / "workbench/container-host.json"))
    return tmp_path


def plant(file, text):
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)


def test_tells_the_agent_its_cluster_and_how_to_work(files, host):
    host_files.main(host(attributes={"a": "b"}).read_text())
    assert (files / "ecs/ecs.config").read_text() == (
        "ECS_CLUSTER=workbench-test-ecs\n"
        "ECS_IMAGE_PULL_BEHAVIOR=prefer-cached\n"
        "ECS_ENABLE_TASK_IAM_ROLE=true\n"
        "ECS_AWSVPC_BLOCK_IMDS=true\n"
        'ECS_AVAILABLE_LOGGING_DRIVERS=["json-file", "awslogs"]\n'
        'ECS_INSTANCE_ATTRIBUTES={"a": "b"}\n'
    )


def test_keeps_the_lines_of_somebody_else_and_says_each_setting_once(files, host):
    plant(files / "ecs/ecs.config", "# mine\nECS_CLUSTER=default\nECS_LOGLEVEL=debug")
    for _ in range(2):
        host_files.main(host().read_text())
        lines = (files / "ecs/ecs.config").read_text().splitlines()
        assert lines[:3] == ["# mine", "ECS_LOGLEVEL=debug", "ECS_CLUSTER=workbench-test-ecs"]
        assert len([line for line in lines if line.startswith("ECS_CLUSTER")]) == 1


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, {"shutdown-timeout": 90}),
        ("", {"shutdown-timeout": 90}),
        ('{"log-driver": "journald"}', {"log-driver": "journald", "shutdown-timeout": 90}),
        ('{"shutdown-timeout": 15}', {"shutdown-timeout": 90}),
        ('{"shutdown-timeout": 300}', {"shutdown-timeout": 300}),
    ],
)
def test_dockers_file_is_merged(files, host, before, after):
    if before is not None:
        plant(files / "docker/daemon.json", before)
    host_files.main(host(stopTimeoutSec=90).read_text())
    assert json.loads((files / "docker/daemon.json").read_text()) == after


def test_writes_the_configuration_for_the_other_programs(files, host):
    host_files.main(host(gates=["couchdb"]).read_text())
    assert configuration.read(configuration.FILE)["gates"] == ["couchdb"]


@pytest.mark.parametrize(("before", "got"), [("{", "expected JSON, got "), ("[]", r"expected a JSON object, got \[\]")])
def test_fails_for_a_file_of_docker_that_is_wrong_and_writes_nothing(files, host, before, got):
    plant(files / "docker/daemon.json", before)
    with pytest.raises(SystemExit, match=rf"^install-container-host: \S+/docker/daemon\.json: {got}.*; correct it$"):
        host_files.main(host().read_text())
    assert not (files / "ecs").exists()
    assert (files / "docker/daemon.json").read_text() == before


def test_fails_for_a_wrong_configuration(files, host):
    with pytest.raises(SystemExit, match=r"^install-container-host: container-host: cluster: expected"):
        host_files.main(host(cluster="").read_text())
    assert not (files / "ecs").exists()
