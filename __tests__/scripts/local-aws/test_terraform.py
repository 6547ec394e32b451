"""Real Terraform with the real AWS provider deploys, changes twice and destroys. A plan after each step is empty."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from signing import key_of

CASES = Path(__file__).parent / "terraform-cases"
NAMES = sorted(file.stem for file in CASES.glob("*.tf") if file.stem != "provider")
# A volume grows twice, since the provider runs other code the second time.
STEPS = {"volume": (1, 2, 3)}
LIMIT_SEC = 900
WRITTEN_BY_SET_UP = Path(__file__).parents[3] / ".workbench" / "terraform.rc"
CLI_CONFIGS = [Path(os.environ.get("TF_CLI_CONFIG_FILE", "/nonexistent")), WRITTEN_BY_SET_UP]
CLI_CONFIG = next((file for file in CLI_CONFIGS if file.exists()), None)

pytestmark = [
    pytest.mark.skipif(shutil.which("terraform") is None, reason="terraform is not on the PATH"),
    pytest.mark.skipif(CLI_CONFIG is None, reason=f"{WRITTEN_BY_SET_UP} does not exist: set-up writes it"),
]

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
}


class Terraform:
    """Runs Terraform on one case, in a folder of its own."""

    def __init__(self, folder: Path, aws: Any) -> None:
        key = key_of(aws.home)
        self.folder = folder
        self._environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "TF_CLI_CONFIG_FILE": str(CLI_CONFIG),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
            "AWS_ENDPOINT_URL": aws.url,
            "AWS_ACCESS_KEY_ID": key.access_key,
            "AWS_SECRET_ACCESS_KEY": key.secret_key,
            "AWS_EC2_METADATA_DISABLED": "true",
            # Terraform and its provider live for seconds. To collect garbage less often saves processor time.
            "GOGC": "400",
        }

    def init(self) -> tuple[int, str]:
        return self.run("init", "-no-color")

    def run(self, *arguments: str) -> tuple[int, str]:
        """Runs a command. Returns exit code and output."""
        done = subprocess.run(
            ["terraform", *arguments],
            cwd=self.folder, env=self._environment, text=True, timeout=LIMIT_SEC,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        return done.returncode, done.stdout


def whole_life(terraform: Terraform, steps: tuple[int, ...]) -> dict[str, object]:
    """Runs all steps of a case, and returns its outputs. Fails with Terraform's output."""
    expect(0, terraform.init())
    for step in steps:
        variable = f"-var=step={step}"
        expect(0, terraform.run("apply", "-no-color", "-auto-approve", variable))
        # 0: nothing to change. 2: the plan drifts.
        expect(0, terraform.run("plan", "-no-color", "-detailed-exitcode", variable))
    outputs = json.loads(expect(0, terraform.run("output", "-json")))
    expect(0, terraform.run("destroy", "-no-color", "-auto-approve"))
    return {name: output["value"] for name, output in outputs.items()}


def expect(code: int, result: tuple[int, str]) -> str:
    assert result[0] == code, result[1]
    return result[1]


@pytest.fixture(scope="module")
def lives(aws, tmp_path_factory) -> Callable[[str], Future]:
    """Runs all cases at once, since each spends most of its time in pauses of the provider."""
    with ThreadPoolExecutor(len(NAMES)) as pool:
        started = {}
        for name in NAMES:
            folder = tmp_path_factory.mktemp(name)
            for file in (f"{name}.tf", "provider.tf"):
                shutil.copy(CASES / file, folder)
            started[name] = pool.submit(whole_life, Terraform(folder, aws), STEPS.get(name, (1, 2)))
        yield started.__getitem__


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
    assert aws.client("secretsmanager").list_secrets(IncludePlannedDeletion=True)["SecretList"] == []


def test_nothing_that_the_provider_called_was_missing(lives, aws):
    for name in NAMES:
        lives(name).result()
    assert aws.health()["missing"] == []


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
