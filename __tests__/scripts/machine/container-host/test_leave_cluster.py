import leave_cluster
import pytest
from fake_aws import INSTANCE

OTHER = "i-0fedcba9876543210"
STRANGER = "i-0aaaaaaaaaaaaaaaa"


@pytest.fixture
def checkpoint(tmp_path, monkeypatch):
    file = tmp_path / "agent.db"
    file.write_text("an ARN")
    monkeypatch.setattr(leave_cluster, "CHECKPOINT", str(file))
    return file


def register(fake_aws, *hosts):
    """Makes a cluster with a container instance of each EC2 instance; its ARN ends with its number."""
    arns = {f"arn:{number}": host for number, host in enumerate(hosts)}
    fake_aws.answer("ListContainerInstances", {"containerInstanceArns": list(arns)})
    described = [{"containerInstanceArn": arn, "ec2InstanceId": host} for arn, host in arns.items()]
    fake_aws.answer("DescribeContainerInstances", {"containerInstances": described})
    fake_aws.answer("DeregisterContainerInstance", {})


def deregistered(fake_aws):
    return [asked["containerInstance"] for asked in fake_aws.arguments("DeregisterContainerInstance")]


def run(file, moment):
    leave_cluster.main(str(file), moment)


def test_at_shutdown_only_this_host_leaves_and_its_checkpoint_goes(fake_aws, host, checkpoint):
    register(fake_aws, OTHER, INSTANCE, INSTANCE)
    run(host(), "shutdown")
    expected = {"cluster": "workbench-test-ecs", "containerInstance": "arn:1", "force": True}
    assert fake_aws.arguments("DeregisterContainerInstance")[0] == expected
    assert deregistered(fake_aws) == ["arn:1", "arn:2"]
    assert not checkpoint.exists()
    assert fake_aws.arguments("DescribeInstances") == []


def test_at_boot_this_host_and_terminated_ones_leave_and_living_ones_stay(fake_aws, host, checkpoint):
    register(fake_aws, OTHER, INSTANCE, STRANGER)
    fake_aws.answer("DescribeInstances", f"<item><instanceId>{OTHER}</instanceId></item>")
    run(host(), "boot")
    assert deregistered(fake_aws) == ["arn:1", "arn:2"]
    assert not checkpoint.exists()
    (asked,) = fake_aws.arguments("DescribeInstances")
    assert asked["Filter.1.Value.1"] == STRANGER
    assert asked["Filter.1.Value.2"] == OTHER
    assert {value for name, value in asked.items() if name.startswith("Filter.2.Value")} == {
        "pending", "running", "shutting-down", "stopping", "stopped",
    }  # fmt: skip


def test_at_the_first_boot_there_is_nothing_to_do(fake_aws, host, checkpoint):
    checkpoint.unlink()
    register(fake_aws)
    run(host(), "boot")
    assert deregistered(fake_aws) == []


def test_a_cluster_that_is_gone_has_no_instances(fake_aws, host, checkpoint):
    fake_aws.answer("ListContainerInstances", (400, "ClusterNotFoundException"))
    run(host(), "shutdown")
    assert not checkpoint.exists()


def test_all_pages_count(fake_aws, host, checkpoint):
    register(fake_aws, INSTANCE)
    fake_aws.answer(
        "ListContainerInstances",
        {"containerInstanceArns": [], "nextToken": "more"},
        {"containerInstanceArns": ["arn:0"]},
    )
    run(host(), "shutdown")
    assert [asked.get("nextToken") for asked in fake_aws.arguments("ListContainerInstances")] == [None, "more"]
    assert deregistered(fake_aws) == ["arn:0"]


def test_one_that_somebody_else_deregistered_is_no_problem(fake_aws, host, checkpoint):
    register(fake_aws, INSTANCE)
    fake_aws.answer("DeregisterContainerInstance", (400, "InvalidParameterException"))
    run(host(), "shutdown")
    assert not checkpoint.exists()


def test_without_the_right_to_see_instances_only_this_host_leaves(fake_aws, host, checkpoint, capsys):
    register(fake_aws, INSTANCE, STRANGER)
    fake_aws.answer("DescribeInstances", (403, "UnauthorizedOperation"))
    run(host(), "boot")
    assert deregistered(fake_aws) == ["arn:0"]
    assert "403 UnauthorizedOperation" in capsys.readouterr().err


@pytest.mark.parametrize("operation", ["ListContainerInstances", "DeregisterContainerInstance"])
def test_fails_with_one_sentence_and_keeps_the_checkpoint_of_a_host_that_is_still_registered(
    fake_aws, host, checkpoint, operation
):
    register(fake_aws, INSTANCE)
    fake_aws.answer(operation, (400, "AccessDeniedException"))
    with pytest.raises(SystemExit) as caught:
        run(host(), "shutdown")
    assert str(caught.value).startswith(
        "leave-cluster: expected to take this host out of the cluster workbench-test-ecs, got 400 AccessDenied"
    )
    assert checkpoint.exists()


def test_fails_soon_at_shutdown_when_nothing_answers(fake_aws, host, checkpoint, clock):
    fake_aws.answer("ListContainerInstances", (503, "Unavailable"))
    with pytest.raises(SystemExit, match="for 20 seconds; let its role"):
        run(host(), "shutdown")
    assert sum(clock.slept) <= 20
