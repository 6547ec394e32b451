"""Real Terraform with the real AWS provider deploys, changes twice and destroys. A plan after each step is empty."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future

import pytest
from terraform_cases import CASES, NEEDS_TERRAFORM, Terraform, copy_case, expect, lives_of, names_in

NAMES = names_in(CASES)
# A volume grows twice, since the provider runs other code the second time.
STEPS = {"volume": (1, 2, 3)}
pytestmark = NEEDS_TERRAFORM

# A plan cannot show these: the outputs after the last step.
OUTPUTS = {
    "volume": {"found": [True, 12, 375]},
    "machine": {
        "seen": {
            "keeps_address": True,
            "never_routed": True,
            "state": "running",
            "groups": True,
            "root": [["/dev/xvda", 20, True]],
            "disks": ["/dev/sdf"],
        }
    },
    "containers": {"hosts": [["t3.medium", "containers-case", True, True, "required", True]]},
    "registry": {
        "seen": {
            "url": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/registry-case/app",
            "mutability": "IMMUTABLE",
            "user": "AWS",
            "endpoint": "http://127.0.0.1",
        }
    },
    "notebooks": {"notebooks": ["notebooks-case.eu-west-1.elasticbeanstalk.com", "v2"]},
}
# What fails, and with which name.
MISSING = (
    "workspaces:CreateConnectionAlias",
    "kms:EnableKeyRotation with RotationPeriodInDays",
    "ec2:RunInstances with CpuOptions",
)


@pytest.fixture(scope="module")
def lives(aws, tmp_path_factory) -> Iterator[Callable[[str], Future]]:
    with lives_of(CASES, aws, tmp_path_factory, STEPS) as lives:
        yield lives


@pytest.mark.parametrize("name", NAMES)
def test_deploys_changes_and_destroys_with_quiet_plans(lives, name):
    assert lives(name).result() == OUTPUTS.get(name, {})


def test_a_volume_leaves_its_final_snapshot(lives, ec2):
    lives("volume").result()
    (snapshot,) = ec2.describe_snapshots(OwnerIds=["self"], Filters=[{"Name": "tag:Name", "Values": ["volume-case"]}])[
        "Snapshots"
    ]
    assert (snapshot["State"], snapshot["VolumeSize"], snapshot["Encrypted"]) == ("completed", 12, True)


def test_destroying_leaves_nothing_else(lives, aws, ec2):
    for name in NAMES:
        lives(name).result()
    assert ec2.describe_volumes()["Volumes"] == []
    assert ec2.describe_addresses()["Addresses"] == []
    assert ec2.describe_key_pairs()["KeyPairs"] == []
    assert [group["GroupName"] for group in ec2.describe_security_groups()["SecurityGroups"]] == ["default"]
    assert [vpc["IsDefault"] for vpc in ec2.describe_vpcs()["Vpcs"]] == [True]
    assert [acl["IsDefault"] for acl in ec2.describe_network_acls()["NetworkAcls"]] == [True]
    assert ec2.describe_internet_gateways()["InternetGateways"] == []
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == []
    assert ec2.describe_vpc_endpoints()["VpcEndpoints"] == []
    assert ec2.describe_flow_logs()["FlowLogs"] == []
    assert aws.client("logs").describe_log_groups()["logGroups"] == []
    running = [{"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}]
    assert ec2.describe_instances(Filters=running)["Reservations"] == []
    assert aws.client("s3").list_buckets()["Buckets"] == []
    assert [role for role in aws.client("iam").list_roles()["Roles"] if role["Path"] == "/"] == []
    assert aws.client("dlm").get_lifecycle_policies()["Policies"] == []
    assert aws.client("ecr").describe_repositories()["repositories"] == []
    assert aws.client("secretsmanager").list_secrets(IncludePlannedDeletion=True)["SecretList"] == []


def test_nothing_that_the_provider_called_was_missing(lives, aws):
    for name in NAMES:
        lives(name).result()
    assert aws.health()["missing"] == []


def test_fails_with_the_name_of_every_call_and_parameter_that_is_missing(start, tmp_path):
    case = tmp_path / "case"
    case.mkdir()
    copy_case(CASES / "missing" / "missing.tf", case)
    terraform = Terraform(case, start(tmp_path / "home"))
    expect(0, terraform.init())
    told = " ".join(expect(1, terraform.run("apply", "-no-color", "-auto-approve")).split())
    assert [name for name in MISSING if f"NotImplementedByLocalAws: {name}" not in told] == []


def test_terraform_keeps_its_own_state_in_a_bucket_and_locks_it(aws, tmp_path):
    bucket = "states"
    aws.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    (tmp_path / "main.tf").write_text(
        f"""
        terraform {{
          backend "s3" {{
            bucket       = "{bucket}"
            key          = "project/network.tfstate"
            region       = "eu-west-1"
            encrypt      = true
            use_lockfile = true
          }}
        }}
        resource "terraform_data" "kept" {{ input = "value" }}
        """
    )
    terraform = Terraform(tmp_path, aws)
    expect(0, terraform.init())
    expect(0, terraform.run("apply", "-no-color", "-auto-approve"))
    assert stored(aws, bucket) == ["project/network.tfstate"]
    aws.client("s3").put_object(Bucket=bucket, Key="project/network.tfstate.tflock", Body=b'{"ID": "another"}')
    locked = expect(1, terraform.run("plan", "-no-color"))
    assert "Error acquiring the state lock" in locked


def stored(aws, bucket: str) -> list[str]:
    return [item["Key"] for item in aws.client("s3").list_objects_v2(Bucket=bucket)["Contents"]]
