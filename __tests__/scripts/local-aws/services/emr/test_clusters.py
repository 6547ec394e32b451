"""Clusters of EMR: their states, steps and groups, and what EMR refuses."""

import pytest
from botocore.exceptions import ClientError
from waiting import in_order, states_until, until

GROUPS = {"EmrManagedMasterSecurityGroup": "sg-1", "EmrManagedSlaveSecurityGroup": "sg-2"}
STEP = {"Name": "step", "ActionOnFailure": "CONTINUE", "HadoopJarStep": {"Jar": "command-runner.jar", "Args": ["true"]}}


@pytest.fixture(scope="module")
def emr(aws):
    return aws.client("emr")


@pytest.fixture
def run(emr):
    def run(keep=True, **parameters):
        instances = {
            "InstanceGroups": [
                {"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1},
                {"InstanceRole": "CORE", "InstanceType": "m5.xlarge", "InstanceCount": 2},
            ],
            "KeepJobFlowAliveWhenNoSteps": keep,
            **GROUPS,
            **parameters.pop("Instances", {}),
        }
        return emr.run_job_flow(Name="spark", ReleaseLabel="emr-7.13.0", Instances=instances, **parameters)["JobFlowId"]

    return run


def state(emr, cluster_id):
    return emr.describe_cluster(ClusterId=cluster_id)["Cluster"]["Status"]["State"]


def steps(emr, cluster_id):
    return [step["Status"]["State"] for step in emr.list_steps(ClusterId=cluster_id)["Steps"]]


def test_a_cluster_starts_waits_and_terminates(emr, run):
    cluster_id = run()
    seen = states_until(lambda: state(emr, cluster_id), "WAITING")
    assert in_order(seen, "STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING")
    assert len(seen) > 1
    emr.terminate_job_flows(JobFlowIds=[cluster_id])
    seen = states_until(lambda: state(emr, cluster_id), "TERMINATED")
    assert in_order(seen, "TERMINATING", "TERMINATED")
    groups = emr.list_instance_groups(ClusterId=cluster_id)["InstanceGroups"]
    assert [(each["Status"]["State"], each["RunningInstanceCount"]) for each in groups] == [("TERMINATED", 0)] * 2


def test_steps_wait_for_the_cluster_and_complete_one_after_another(emr, run):
    cluster_id = run(Steps=[STEP, STEP])
    seen = states_until(lambda: steps(emr, cluster_id), ["COMPLETED", "COMPLETED"])
    # The newest comes first: it never overtakes the older one.
    assert all(
        ["PENDING", "RUNNING", "COMPLETED"].index(new) <= ["PENDING", "RUNNING", "COMPLETED"].index(old)
        for new, old in seen
    )
    until(lambda: state(emr, cluster_id), "WAITING")
    (added,) = emr.add_job_flow_steps(JobFlowId=cluster_id, Steps=[STEP])["StepIds"]
    until(lambda: emr.describe_step(ClusterId=cluster_id, StepId=added)["Step"]["Status"]["State"], "COMPLETED")


def test_a_cluster_that_is_not_kept_alive_ends_after_its_steps(emr, run):
    cluster_id = run(keep=False, Steps=[STEP])
    until(lambda: state(emr, cluster_id), "TERMINATED")
    assert steps(emr, cluster_id) == ["COMPLETED"]


def test_a_group_grows(emr, run):
    cluster_id = run()
    core = emr.list_instance_groups(ClusterId=cluster_id)["InstanceGroups"][1]["Id"]
    emr.modify_instance_groups(ClusterId=cluster_id, InstanceGroups=[{"InstanceGroupId": core, "InstanceCount": 3}])
    until(lambda: emr.list_instance_groups(ClusterId=cluster_id)["InstanceGroups"][1]["RunningInstanceCount"], 3)


def test_a_cluster_is_in_the_region_of_the_request(aws, emr, run):
    cluster_id = run()
    assert ":eu-west-1:" in emr.describe_cluster(ClusterId=cluster_id)["Cluster"]["ClusterArn"]
    with pytest.raises(ClientError, match="is not valid"):
        aws.client("emr", "us-east-1").describe_cluster(ClusterId=cluster_id)


def test_policies_are_kept_and_removed(emr, run):
    cluster_id = run(AutoTerminationPolicy={"IdleTimeout": 3600})
    assert emr.get_auto_termination_policy(ClusterId=cluster_id)["AutoTerminationPolicy"] == {"IdleTimeout": 3600}
    emr.remove_auto_termination_policy(ClusterId=cluster_id)
    assert "AutoTerminationPolicy" not in emr.get_auto_termination_policy(ClusterId=cluster_id)


def test_fails_to_terminate_a_protected_cluster(emr, run):
    cluster_id = run(Instances={"TerminationProtected": True})
    with pytest.raises(ClientError, match="termination protected"):
        emr.terminate_job_flows(JobFlowIds=[cluster_id])
    emr.set_termination_protection(JobFlowIds=[cluster_id], TerminationProtected=False)
    emr.terminate_job_flows(JobFlowIds=[cluster_id])


@pytest.mark.parametrize(
    ("instances", "name"),
    [
        ({"EmrManagedMasterSecurityGroup": ""}, "without EmrManagedMasterSecurityGroup"),
        ({"Placement": {"AvailabilityZone": "eu-west-1a"}}, r"Instances\.Placement"),
    ],
)
def test_fails_with_the_name_of_what_is_missing(run, instances, name):
    with pytest.raises(ClientError, match=f"NotImplementedByLocalAws.*elasticmapreduce:RunJobFlow.*{name}"):
        run(Instances=instances)
