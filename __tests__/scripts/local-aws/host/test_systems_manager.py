"""Systems Manager on machines: who registers, commands, associations, and forwarded ports with AWS's own CLI."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from ipaddress import IPv4Network
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from signing import keywords_of

REGION = "eu-central-1"
STAND_INS = Path(__file__).parents[4] / "scripts" / "local-aws" / "stand-ins"
CORE = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
TRUST = (
    '{"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}]}'
)
DOCUMENT = {
    "schemaVersion": "2.2",
    "parameters": {"word": {"type": "String", "default": "plain"}},
    "mainSteps": [
        {"action": "aws:runShellScript", "name": "first", "inputs": {"runCommand": ["echo {{ word }} >>/ran"]}},
        {"action": "aws:runShellScript", "name": "second", "inputs": {"runCommand": ["cat /ran"]}},
    ],
}


def client(local_aws, service):
    url = f"http://127.0.0.1:{local_aws.port}"
    return boto3.client(service, endpoint_url=url, region_name=REGION, **keywords_of(local_aws.home))


@pytest.fixture(scope="module")
def ssm(local_aws):
    return client(local_aws, "ssm")


@pytest.fixture(scope="module")
def profile(local_aws):
    """An instance profile whose role lets the agent register."""
    iam = client(local_aws, "iam")
    iam.create_role(RoleName="managed", AssumeRolePolicyDocument=TRUST)
    iam.attach_role_policy(RoleName="managed", PolicyArn=CORE)
    iam.create_instance_profile(InstanceProfileName="managed")
    iam.add_role_to_instance_profile(InstanceProfileName="managed", RoleName="managed")
    return "managed"


@pytest.fixture(scope="module")
def image_with_agent(local_aws):
    """An older image of Debian, with a tag of this account."""
    filters = [{"Name": "name", "Values": ["debian-13-amd64-*"]}]
    images = local_aws.ec2.describe_images(Owners=["136693071363"], Filters=filters)["Images"]
    image_id = min(images, key=lambda image: image["Name"])["ImageId"]
    local_aws.ec2.create_tags(Resources=[image_id], Tags=[{"Key": "SsmAgent", "Value": "true"}])
    return image_id


@pytest.fixture(scope="module")
def copied_image(local_aws, image_with_agent):
    """A copy of that image. A copy has no tags."""
    return local_aws.ec2.copy_image(SourceImageId=image_with_agent, SourceRegion=REGION, Name="copied")["ImageId"]


@pytest.fixture(scope="module")
def node(local_aws, ssm, profile, image_with_agent):
    """A machine with the agent, which has registered."""
    return run_node(local_aws, ssm, profile, image_with_agent)


@pytest.fixture(scope="module")
def plain(local_aws, profile, node):
    """A machine without the agent, that runs as long as the node."""
    return local_aws.run(IamInstanceProfile={"Name": profile})


def run_node(local_aws, ssm, profile, image_id, role="node"):
    tags = [{"ResourceType": "instance", "Tags": [{"Key": "Role", "Value": role}]}]
    made = local_aws.run(ImageId=image_id, IamInstanceProfile={"Name": profile}, TagSpecifications=tags)
    local_aws.until(lambda: status_of(ssm, made) == "Online")
    return made


def status_of(ssm, instance_id):
    found = {each["InstanceId"]: each for each in ssm.describe_instance_information()["InstanceInformationList"]}
    return found.get(instance_id, {}).get("PingStatus")


def send(ssm, node, *commands, **keywords):
    parameters = {"commands": list(commands), **keywords.pop("Parameters", {})}
    asked = {"InstanceIds": [node], "DocumentName": "AWS-RunShellScript", "Parameters": parameters, **keywords}
    return ssm.send_command(**asked)["Command"]["CommandId"]


def invocation(ssm, command_id, node, **keywords):
    return ssm.get_command_invocation(CommandId=command_id, InstanceId=node, **keywords)


def ended(local_aws, ssm, command_id, node, **keywords):
    def result():
        found = invocation(ssm, command_id, node, **keywords)
        return found if found["Status"] not in ("Pending", "InProgress", "Cancelling") else None

    return local_aws.until(result)


def running(local_aws, node, program):
    return int(local_aws.ssh(node, f"pgrep -f -c '^{program}$' || true"))


def test_a_machine_with_the_agent_registers(local_aws, ssm, node):
    (told,) = ssm.describe_instance_information(Filters=[{"Key": "InstanceIds", "Values": [node]}])[
        "InstanceInformationList"
    ]
    hostname = local_aws.ssh(node, "hostname")
    assert (told["PingStatus"], told["PlatformType"], told["PlatformVersion"]) == ("Online", "Linux", "13")
    assert (told["ComputerName"], told["IPAddress"]) == (hostname, local_aws.describe(node)["PrivateIpAddress"])


def test_fails_for_a_machine_without_the_agent(ssm, plain):
    with pytest.raises(ClientError, match=rf"InvalidInstanceId.* Instances \[\[{plain}\]\] not in a valid state"):
        send(ssm, plain, "true")


def test_a_command_has_its_own_exit_code_and_outputs(local_aws, ssm, node):
    found = ended(local_aws, ssm, send(ssm, node, "id -un; pwd", "echo problem >&2", "exit 7"), node)
    assert (found["Status"], found["ResponseCode"]) == ("Failed", 7)
    assert found["StandardOutputContent"] == "root\n/usr/bin\n"
    assert found["StandardErrorContent"] == "problem\n"


def test_a_first_line_names_the_interpreter(local_aws, ssm, node):
    found = ended(local_aws, ssm, send(ssm, node, "#!/usr/bin/env python3", "print(6 * 7)"), node)
    assert (found["Status"], found["StandardOutputContent"]) == ("Success", "42\n")


def test_outputs_are_cut_at_awss_limits(local_aws, ssm, node):
    found = ended(local_aws, ssm, send(ssm, node, "yes | head -c 30000; yes | head -c 30000 >&2"), node)
    assert (len(found["StandardOutputContent"]), len(found["StandardErrorContent"])) == (24000, 8000)
    assert found["StandardOutputContent"].endswith("--output truncated--")


def test_what_a_command_leaves_running_goes_on(local_aws, ssm, node):
    assert ended(local_aws, ssm, send(ssm, node, "sleep 7001 &"), node)["Status"] == "Success"
    assert running(local_aws, node, "sleep 7001") == 1


def test_the_time_limit_ends_everything_that_a_command_started(local_aws, ssm, node):
    command = send(ssm, node, "sleep 7002 & sleep 7002", Parameters={"executionTimeout": ["1"]})
    found = ended(local_aws, ssm, command, node)
    assert (found["Status"], found["StatusDetails"]) == ("TimedOut", "ExecutionTimedOut")
    assert running(local_aws, node, "sleep 7002") == 0


def test_a_command_is_cancelled(local_aws, ssm, node):
    command = send(ssm, node, "sleep 7003 & sleep 7003")
    local_aws.until(lambda: running(local_aws, node, "sleep 7003") == 2)
    ssm.cancel_command(CommandId=command)
    assert ended(local_aws, ssm, command, node)["Status"] == "Cancelled"
    assert running(local_aws, node, "sleep 7003") == 0


def test_outputs_are_stored_in_a_bucket(local_aws, ssm, node):
    s3 = client(local_aws, "s3")
    s3.create_bucket(Bucket="outputs", CreateBucketConfiguration={"LocationConstraint": REGION})
    command = send(ssm, node, "echo kept", OutputS3BucketName="outputs", OutputS3KeyPrefix="runs")
    ended(local_aws, ssm, command, node)
    key = f"runs/{command}/{node}/awsrunShellScript/0.awsrunShellScript/stdout"
    assert s3.get_object(Bucket="outputs", Key=key)["Body"].read() == b"kept\n"


def test_targets_are_the_registered_machines_with_a_tag(local_aws, ssm, node, plain):
    local_aws.ec2.create_tags(Resources=[plain], Tags=[{"Key": "Role", "Value": "node"}])
    command = ssm.send_command(
        Targets=[{"Key": "tag:Role", "Values": ["node"]}],
        DocumentName="AWS-RunShellScript",
        Parameters={"commands": ["echo there"]},
    )["Command"]["CommandId"]
    ended(local_aws, ssm, command, node)
    (found,) = ssm.list_command_invocations(CommandId=command, Details=True)["CommandInvocations"]
    assert (found["InstanceId"], found["CommandPlugins"][0]["Output"]) == (node, "there\n")


def test_a_document_of_the_account_runs_step_by_step(local_aws, ssm, node):
    ssm.create_document(Name="two-steps", Content=json.dumps(DOCUMENT), DocumentType="Command")
    command = ssm.send_command(InstanceIds=[node], DocumentName="two-steps", Parameters={"word": ["mine"]})
    found = ended(local_aws, ssm, command["Command"]["CommandId"], node, PluginName="second")
    assert found["StandardOutputContent"] == "mine\n"


def test_an_association_runs_when_its_machine_has_registered(local_aws, ssm, profile, copied_image):
    made = ssm.create_association(
        Name="AWS-RunShellScript",
        Parameters={"commands": ["echo associated >>/associated"]},
        Targets=[{"Key": "tag:Role", "Values": ["late"]}],
    )["AssociationDescription"]
    assert made["Overview"]["Status"] == "Pending"
    late = run_node(local_aws, ssm, profile, copied_image, role="late")

    def overview():
        wanted = ssm.describe_association(AssociationId=made["AssociationId"])
        return wanted["AssociationDescription"]["Overview"]

    local_aws.until(lambda: overview()["Status"] == "Success")
    assert overview()["AssociationStatusAggregatedCount"] == {"Success": 1}
    assert local_aws.ssh(late, "cat /associated") == "associated"
    (execution,) = ssm.describe_association_executions(AssociationId=made["AssociationId"])["AssociationExecutions"]
    (target,) = ssm.describe_association_execution_targets(
        AssociationId=made["AssociationId"], ExecutionId=execution["ExecutionId"]
    )["AssociationExecutionTargets"]
    assert (target["ResourceId"], target["Status"]) == (late, "Success")

    ssm.update_association(
        AssociationId=made["AssociationId"],
        Targets=[{"Key": "tag:Role", "Values": ["late"]}],
        Parameters={"commands": ["exit 3"]},
    )
    local_aws.until(lambda: overview()["Status"] == "Failed")
    ssm.delete_association(AssociationId=made["AssociationId"])
    local_aws.ec2.stop_instances(InstanceIds=[late])
    local_aws.until(lambda: status_of(ssm, late) == "ConnectionLost")


def aws_cli(local_aws, *words):
    key = keywords_of(local_aws.home)
    programs = [str(STAND_INS), str(Path(sys.executable).parent), os.environ["PATH"]]
    environment = {
        "PATH": os.pathsep.join(programs),
        "HOME": str(local_aws.home),
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{local_aws.port}",
        "AWS_ACCESS_KEY_ID": key["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": key["aws_secret_access_key"],
        "AWS_DEFAULT_REGION": REGION,
        "NO_PROXY": "127.0.0.1",
        "PYTHONUNBUFFERED": "1",
    }
    return subprocess.Popen(
        ["aws", "ssm", *words], env=environment, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True,
    )  # fmt: skip


@pytest.fixture
def page(local_aws, node):
    """A web server that listens on the machine's own loopback interface."""
    serve = "mkdir -p /tmp/page && echo hello >/tmp/page/index.html && cd /tmp/page"
    local_aws.ssh(node, f"{serve} && (setsid python3 -m http.server 8123 --bind 127.0.0.1 >/dev/null 2>&1 &)")
    local_aws.until(lambda: local_aws.ssh(node, "curl -s 127.0.0.1:8123 || true") == "hello")
    return 8123


def read_port(process):
    assert process.stdout is not None
    for line in process.stdout:
        if found := re.match(r"Port (\d+) opened", line):
            return int(found[1])
    raise AssertionError("no port was opened")


@pytest.mark.parametrize(
    ("document", "parameters"),
    [
        ("AWS-StartPortForwardingSession", {}),
        ("AWS-StartPortForwardingSessionToRemoteHost", {"host": ["localhost"]}),
    ],
    ids=["machine", "remote-host"],
)
def test_the_cli_forwards_a_port_through_the_stand_in(local_aws, ssm, node, page, document, parameters):
    given = json.dumps({"portNumber": [str(page)], **parameters})
    words = ["start-session", "--target", node, "--document-name", document, "--parameters", given]
    process = aws_cli(local_aws, *words)
    try:
        port = read_port(process)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        assert opener.open(f"http://127.0.0.1:{port}/", timeout=60).read() == b"hello\n"
        assert [each["Target"] for each in ssm.describe_sessions(State="Active")["Sessions"]] == [node]
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=60)
    local_aws.until(lambda: not ssm.describe_sessions(State="Active")["Sessions"])


def test_a_session_that_is_terminated_lets_nobody_in(ssm, node, page):
    begun = ssm.start_session(
        Target=node, DocumentName="AWS-StartPortForwardingSession", Parameters={"portNumber": [str(page)]}
    )
    assert enter(begun, begun["TokenValue"]) == b"ok\n"
    assert enter(begun, "another-token").startswith(b"the session does not exist")
    ssm.terminate_session(SessionId=begun["SessionId"])
    assert enter(begun, begun["TokenValue"]).startswith(b"the session does not exist")


def test_no_machine_reaches_the_door_of_sessions(local_aws, ssm, node, page):
    begun = ssm.start_session(
        Target=node, DocumentName="AWS-StartPortForwardingSession", Parameters={"portNumber": [str(page)]}
    )
    host, port = door_of(begun)
    gateway = IPv4Network(local_aws.network)[1]
    assert host == "127.0.0.1"
    assert local_aws.ssh(node, f"timeout 5 bash -c 'echo >/dev/tcp/{gateway}/{port}' 2>/dev/null || echo no") == "no"
    ssm.terminate_session(SessionId=begun["SessionId"])


def door_of(begun):
    host, port = re.match(r"tcp://([0-9.]+):(\d+)/", begun["StreamUrl"]).groups()
    return host, int(port)


def enter(begun, token):
    with socket.create_connection(door_of(begun), 60) as connection:
        connection.sendall(f"{token} join\n".encode())
        return connection.recv(200)


def test_fails_for_an_interactive_shell_by_its_name(ssm, node):
    with pytest.raises(ClientError, match=r"NotImplementedByLocalAws.*StartSession with an interactive shell"):
        ssm.start_session(Target=node)


def test_no_restart_leaves_a_command_in_progress(local_aws, ssm, node):
    command = send(ssm, node, "sleep 7004")
    local_aws.until(lambda: invocation(ssm, command, node)["Status"] == "InProgress")
    local_aws.kill()
    local_aws.start()
    found = invocation(ssm, command, node)
    assert (found["Status"], found["ResponseCode"]) == ("Failed", 1)
    assert found["StandardErrorContent"] == "the local AWS ended while it ran on the machine\n"
    local_aws.until(lambda: status_of(ssm, node) == "Online")
