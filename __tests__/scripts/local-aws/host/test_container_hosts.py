"""ECS on booted machines: the containers of its tasks run in the machine's own Docker.

AWS's agent cannot be had here. The unit ecs.service holds a process that stays, and the local AWS acts as the agent.
"""

import base64
import itertools
import json
from types import SimpleNamespace

import boto3
import pytest
from docker_base import docker_base_image
from local_aws.services.ecs.agent.registration import CHECKPOINT
from signing import keywords_of
from terraform_cases import CASES, CLI_CONFIG, Terraform, expect

REGION = "eu-central-1"
CLUSTER = "tests"
GROUP = "/tests/containers"
POLICY = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
NUMBERS = itertools.count(1)
UNIT = """[Unit]
Wants=docker.service
After=docker.service
[Service]
ExecStart=/usr/bin/sleep infinity
[Install]
WantedBy=multi-user.target
"""
# An image of busybox alone. Its shell heeds SIGTERM by a trap.
SET_UP = f"""
mkdir -p tree/bin tree/www && cp "$(which busybox)" tree/bin/
for name in sh cat env httpd id ls nc sleep test touch trap wget; do ln -s busybox "tree/bin/$name"; done
tar -C tree -c . | sudo docker import - tiny >/dev/null
sudo docker tag tiny tiny:second
sudo mkdir -p /etc/ecs /data && sudo chown 5984 /data
printf '%s\\n' ECS_CLUSTER={CLUSTER} ECS_IMAGE_PULL_BEHAVIOR=prefer-cached ECS_CONTAINER_STOP_TIMEOUT=1s \
  'ECS_INSTANCE_ATTRIBUTES={{"stack": "tests"}}' | sudo tee /etc/ecs/ecs.config >/dev/null
echo '{UNIT}' | sudo tee /etc/systemd/system/ecs.service >/dev/null
sudo systemctl enable --now ecs.service
"""
STAY = "trap 'exit 0' TERM; sleep 600 & wait"
# Nothing here measures how fast a host is. Other tests boot machines meanwhile.
LIMIT_SEC = 300


CONFIGURATION = f"""
resource "aws_ecs_task_definition" "this" {{
  family                = "terraform"
  track_latest          = true
  container_definitions = jsonencode([{{
    name = "main", image = "tiny", memory = 64, command = ["sleep", "600"], stopTimeout = 1
  }}])
}}
resource "aws_ecs_service" "this" {{
  name                               = "terraform"
  cluster                            = "{CLUSTER}"
  task_definition                    = aws_ecs_task_definition.this.arn
  desired_count                      = 1
  deployment_minimum_healthy_percent = 0
  deployment_maximum_percent         = 100
  wait_for_steady_state              = true
  deployment_circuit_breaker {{
    enable   = true
    rollback = true
  }}
}}
"""


def client(local_aws, name):
    url = f"http://127.0.0.1:{local_aws.port}"
    return boto3.client(name, endpoint_url=url, region_name=REGION, **keywords_of(local_aws.home))


def trust(*services):
    principal = {"Service": [f"{each}.amazonaws.com" for each in services]}
    return policy({"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"})


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


@pytest.fixture(scope="module")
def base_image(base_image):
    """A base image with Docker."""
    return docker_base_image(base_image)


@pytest.fixture(scope="module")
def ecs(local_aws):
    ecs = client(local_aws, "ecs")
    ecs.create_cluster(clusterName=CLUSTER)
    return ecs


@pytest.fixture(scope="module")
def iam(local_aws):
    return client(local_aws, "iam")


@pytest.fixture(scope="module")
def profile(iam):
    """The profile of container hosts, as AWS documents it."""
    iam.create_role(RoleName="host", AssumeRolePolicyDocument=trust("ec2"))
    iam.attach_role_policy(RoleName="host", PolicyArn=POLICY)
    iam.create_instance_profile(InstanceProfileName="host")
    iam.add_role_to_instance_profile(InstanceProfileName="host", RoleName="host")
    return "host"


@pytest.fixture(scope="module")
def logs(local_aws):
    logs = client(local_aws, "logs")
    logs.create_log_group(logGroupName=GROUP)
    return logs


@pytest.fixture(scope="module")
def task_role(iam):
    made = iam.create_role(RoleName="task", AssumeRolePolicyDocument=trust("ecs-tasks"))
    return made["Role"]["Arn"]


@pytest.fixture(scope="module")
def execution_role(iam):
    """It may write logs, and read secrets whose name begins with `open`."""
    made = iam.create_role(RoleName="execution", AssumeRolePolicyDocument=trust("ecs-tasks"))
    statements = [
        {"Effect": "Allow", "Action": "logs:*", "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": "arn:aws:secretsmanager:*:*:secret:open*",
        },
        {"Effect": "Allow", "Action": "ssm:GetParameters", "Resource": "*"},
    ]
    iam.put_role_policy(RoleName="execution", PolicyName="p", PolicyDocument=policy(*statements))
    return made["Role"]["Arn"]


@pytest.fixture(scope="module")
def host(local_aws, ecs, profile):
    """A container host that the tests of the module share."""
    made = local_aws.run(IamInstanceProfile={"Name": profile}, InstanceType="t3.small")
    local_aws.ssh(made, SET_UP)
    local_aws.until(lambda: instances_of(ecs, made, agentConnected=True))
    return made


def instances_of(ecs, machine, **wanted):
    arns = ecs.list_container_instances(cluster=CLUSTER)["containerInstanceArns"]
    found = ecs.describe_container_instances(cluster=CLUSTER, containerInstances=arns) if arns else {}
    own = [each for each in found.get("containerInstances", []) if each["ec2InstanceId"] == machine]
    return [each for each in own if all(each[name] == value for name, value in wanted.items())]


def container(script=STAY, name="main", **keywords):
    options = {"awslogs-group": GROUP, "awslogs-region": REGION, "awslogs-stream-prefix": "run"}
    return {
        "name": name,
        "image": "tiny",
        "memory": 64,
        "command": ["sh", "-c", script],
        "logConfiguration": {"logDriver": "awslogs", "options": options},
        **keywords,
    }


@pytest.fixture
def register(ecs, logs):
    """Registers a task definition, and returns its ARN."""

    def register(*containers, family=None, **keywords):
        family = family or f"family-{next(NUMBERS)}"
        made = ecs.register_task_definition(family=family, containerDefinitions=list(containers), **keywords)
        return made["taskDefinition"]["taskDefinitionArn"]

    return register


@pytest.fixture
def run(ecs, host, register):
    """Runs a task, and returns its ARN. It stops after the test."""
    started = []

    def run(*containers, **keywords):
        made = ecs.run_task(cluster=CLUSTER, taskDefinition=register(*containers, **keywords))
        assert made["failures"] == []
        started.append(made["tasks"][0]["taskArn"])
        return started[-1]

    yield run
    for arn in started:
        ecs.stop_task(cluster=CLUSTER, task=arn)


@pytest.fixture
def create(local_aws, ecs, host):
    """Makes a service, which goes after the test."""
    names = []

    def create(definition, **keywords):
        names.append(f"service-{next(NUMBERS)}")
        asked = {
            "desiredCount": 1,
            "deploymentConfiguration": {
                "minimumHealthyPercent": 0,
                "maximumPercent": 100,
                "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            },
            **keywords,
        }
        ecs.create_service(cluster=CLUSTER, serviceName=names[-1], taskDefinition=definition, **asked)
        return names[-1]

    yield create
    for name in names:
        ecs.delete_service(cluster=CLUSTER, service=name, force=True)
        local_aws.until(lambda name=name: service_of(ecs, name)["status"] == "INACTIVE")


def task_of(ecs, arn):
    return ecs.describe_tasks(cluster=CLUSTER, tasks=[arn])["tasks"][0]


def until_status(local_aws, ecs, arn, status):
    return local_aws.until(
        lambda: (found := task_of(ecs, arn))["lastStatus"] == status and found, LIMIT_SEC, lambda: task_of(ecs, arn)
    )


def service_of(ecs, name):
    return ecs.describe_services(cluster=CLUSTER, services=[name])["services"][0]


def messages_of(ecs, name):
    return [each["message"] for each in service_of(ecs, name)["events"]]


def until_steady(local_aws, ecs, host, name, definition=None):
    def is_steady():
        service = service_of(ecs, name)
        (last, *others) = service["deployments"]
        return (
            not others
            and last["rolloutState"] == "COMPLETED"
            and service["runningCount"] == service["desiredCount"]
            and definition in (None, service["taskDefinition"])
        )

    def said():
        tasks = [task_of(ecs, arn) for status in ("RUNNING", "STOPPED") for arn in tasks_of(ecs, name, status)]
        instances = ecs.list_container_instances(cluster=CLUSTER)["containerInstanceArns"]
        log = local_aws.ssh(host, "sudo tail -n 20 /var/log/ecs/ecs-agent.log; systemctl status docker ecs | cat")
        return json.dumps([messages_of(ecs, name), tasks, instances, log], default=str)

    local_aws.until(is_steady, LIMIT_SEC, said)


def tasks_of(ecs, name, status="RUNNING"):
    return ecs.list_tasks(cluster=CLUSTER, serviceName=name, desiredStatus=status)["taskArns"]


def printed(logs, arn, name="main"):
    stream = f"run/{name}/{arn.rpartition('/')[2]}"
    try:
        events = logs.get_log_events(logGroupName=GROUP, logStreamName=stream, startFromHead=True)["events"]
    except logs.exceptions.ResourceNotFoundException:
        return []
    return [each["message"] for each in events]


def docker(local_aws, host, command):
    return local_aws.ssh(host, f"sudo docker {command}")


def test_a_host_registers_with_what_its_type_has(ecs, host):
    (instance,) = instances_of(ecs, host)
    attributes = {each["name"]: each.get("value") for each in instance["attributes"]}
    resources = {each["name"]: each.get("integerValue") for each in instance["registeredResources"]}
    assert (attributes["ecs.instance-type"], attributes["stack"]) == ("t3.small", "tests")
    assert (resources["CPU"], resources["MEMORY"]) == (2048, 1891)
    assert ecs.describe_clusters(clusters=[CLUSTER])["clusters"][0]["registeredContainerInstancesCount"] == 1


def test_fails_to_register_without_the_permission(local_aws, ecs, iam, host):
    (before,) = instances_of(ecs, host)
    iam.detach_role_policy(RoleName="host", PolicyArn=POLICY)
    local_aws.ssh(host, f"sudo systemctl stop ecs; sudo rm {CHECKPOINT}; sudo systemctl start ecs")
    said = "is not authorized to perform: ecs:RegisterContainerInstance on resource: arn:aws:ecs:"
    local_aws.until(lambda: said in local_aws.ssh(host, "sudo cat /var/log/ecs/ecs-agent.log"), LIMIT_SEC)
    assert instances_of(ecs, host, agentConnected=True) == []
    iam.attach_role_policy(RoleName="host", PolicyArn=POLICY)
    local_aws.until(lambda: instances_of(ecs, host, agentConnected=True), LIMIT_SEC)
    ecs.deregister_container_instance(cluster=CLUSTER, containerInstance=before["containerInstanceArn"])
    assert len(instances_of(ecs, host)) == 1


def test_a_container_has_what_its_definition_says(local_aws, ecs, host, logs, run):
    script = "id -u; echo $WORD; cat /etc/hosts; touch /data/mine; touch /bin/not 2>&1; exit 7"
    arn = run(
        container(
            script,
            user="5984",
            environment=[{"name": "WORD", "value": "told"}],
            extraHosts=[{"hostname": "localhost.localdomain", "ipAddress": "172.17.0.1"}],
            mountPoints=[{"sourceVolume": "data", "containerPath": "/data"}],
            readonlyRootFilesystem=True,
        ),
        volumes=[{"name": "data", "host": {"sourcePath": "/data"}}],
    )
    task = until_status(local_aws, ecs, arn, "STOPPED")
    assert (task["containers"][0]["exitCode"], task["stopCode"]) == (7, "EssentialContainerExited")
    assert task["stoppedReason"] == "Essential container in task exited"
    lines = printed(logs, arn)
    assert lines[:2] == ["5984", "told"]
    assert "172.17.0.1\tlocalhost.localdomain" in lines
    assert lines[-1] == "touch: /bin/not: Read-only file system"
    assert local_aws.ssh(host, "stat -c %u /data/mine") == "5984"


def test_a_service_runs_its_task_and_its_port_answers(local_aws, ecs, host, register, create):
    port = {"containerPort": 80, "hostPort": 8080}
    definition = register(container("echo hello >/www/index.html; exec httpd -f -h /www", portMappings=[port]))
    constraint = {"type": "memberOf", "expression": f"ec2InstanceId == {host}"}
    name = create(definition, placementConstraints=[constraint])
    until_steady(local_aws, ecs, host, name)
    (arn,) = tasks_of(ecs, name)
    binding = {"bindIP": "0.0.0.0", "containerPort": 80, "hostPort": 8080, "protocol": "tcp"}
    assert task_of(ecs, arn)["containers"][0]["networkBindings"] == [binding]
    local_aws.until(lambda: local_aws.ssh(host, "curl -s localhost:8080 || true") == "hello", LIMIT_SEC)
    assert messages_of(ecs, name)[0] == f"(service {name}) has reached a steady state."
    other = register(container(portMappings=[port]))
    refused = ecs.run_task(cluster=CLUSTER, taskDefinition=other)
    assert [each["reason"] for each in refused["failures"]] == ["RESOURCE:PORTS"]


def test_a_service_keeps_its_task_alive(local_aws, ecs, host, register, create):
    name = create(register(container()))
    until_steady(local_aws, ecs, host, name)
    (first,) = tasks_of(ecs, name)
    docker(local_aws, host, f"kill {task_of(ecs, first)['containers'][0]['runtimeId']}")
    local_aws.until(lambda: tasks_of(ecs, name) not in ([], [first]), LIMIT_SEC)
    stopped = until_status(local_aws, ecs, first, "STOPPED")
    assert (stopped["stopCode"], stopped["containers"][0]["exitCode"]) == ("EssentialContainerExited", 137)


def test_the_old_task_is_gone_before_the_new_one_starts(local_aws, ecs, host, register, create):
    definition = register(container(), family="replaced")
    name = create(definition)
    until_steady(local_aws, ecs, host, name)
    (old,) = tasks_of(ecs, name)
    newer = register(container(environment=[{"name": "NEW", "value": "yes"}]), family="replaced")
    ecs.update_service(cluster=CLUSTER, service=name, taskDefinition=newer)
    until_steady(local_aws, ecs, host, name, newer)
    (new,) = tasks_of(ecs, name)
    before = task_of(ecs, old)
    assert before["stoppedReason"].startswith("Scaling activity initiated by (deployment ecs-svc/")
    assert before["stoppedAt"] <= task_of(ecs, new)["createdAt"]
    assert before["containers"][0]["exitCode"] == 0


def test_fails_when_what_comes_first_fails_and_goes_back(local_aws, ecs, host, logs, register, create):
    first = {"name": "prepare", "essential": False}
    depends = [{"containerName": "prepare", "condition": "SUCCESS"}]
    works = register(container("echo ready", **first), container(dependsOn=depends), family="prepared")
    name = create(works)
    until_steady(local_aws, ecs, host, name, works)
    assert printed(logs, tasks_of(ecs, name)[0], "prepare") == ["ready"]
    breaks = register(container("echo refused; exit 1", **first), container(dependsOn=depends), family="prepared")
    ecs.update_service(cluster=CLUSTER, service=name, taskDefinition=breaks)
    local_aws.until(lambda: service_of(ecs, name)["taskDefinition"] == works, LIMIT_SEC)
    until_steady(local_aws, ecs, host, name, works)
    (deployment,) = service_of(ecs, name)["deployments"]
    said = messages_of(ecs, name)
    assert any(each.endswith("deployment failed: tasks failed to start.") for each in said)
    assert f"(service {name}) rolling back to deployment {deployment['id']}." in said
    stopped = [task_of(ecs, arn) for arn in tasks_of(ecs, name, "STOPPED")]
    failed = [each for each in stopped if each["taskDefinitionArn"] == breaks]
    assert {each["stopCode"] for each in failed} == {"TaskFailedToStart"}
    assert len(failed) == 3
    assert printed(logs, failed[0]["taskArn"], "prepare") == ["refused"]


def test_an_unhealthy_task_is_replaced(local_aws, ecs, host, register, create):
    check = {"command": ["CMD-SHELL", "test ! -e /sick"], "interval": 5, "timeout": 2, "retries": 1}
    name = create(register(container(healthCheck=check)))
    until_steady(local_aws, ecs, host, name)
    (first,) = tasks_of(ecs, name)
    assert task_of(ecs, first)["healthStatus"] == "HEALTHY"
    docker(local_aws, host, f"exec {task_of(ecs, first)['containers'][0]['runtimeId']} touch /sick")
    stopped = until_status(local_aws, ecs, first, "STOPPED")
    assert stopped["stoppedReason"] == "Task failed container health checks"


def test_a_task_that_is_stopped_gets_its_time(local_aws, ecs, run):
    arn = run(container("trap '' TERM; sleep 600", stopTimeout=2))
    until_status(local_aws, ecs, arn, "RUNNING")
    ecs.stop_task(cluster=CLUSTER, task=arn, reason="enough")
    stopped = until_status(local_aws, ecs, arn, "STOPPED")
    assert (stopped["stopCode"], stopped["stoppedReason"]) == ("UserInitiated", "enough")
    assert stopped["containers"][0]["exitCode"] == 137
    assert (stopped["stoppedAt"] - stopped["stoppingAt"]).total_seconds() >= 2


def test_a_container_has_the_credentials_of_its_task_while_it_runs(local_aws, ecs, host, logs, run, task_role):
    url = "http://169.254.170.2$AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"
    arn = run(
        container(f"echo $AWS_CONTAINER_CREDENTIALS_RELATIVE_URI; wget -q -O - {url}; echo; {STAY}"),
        taskRoleArn=task_role,
    )
    local_aws.until(lambda: len(printed(logs, arn)) == 2, LIMIT_SEC)
    path, given = printed(logs, arn)
    keys = json.loads(given)
    session = boto3.client(
        "sts",
        endpoint_url=f"http://127.0.0.1:{local_aws.port}",
        region_name=REGION,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["Token"],
    )
    assert session.get_caller_identity()["Arn"].endswith(f":assumed-role/task/{arn.rpartition('/')[2]}")
    ask = f"curl -s -o /dev/null -w '%{{http_code}}' http://169.254.170.2{path}"
    assert local_aws.ssh(host, ask) == "200"
    ecs.stop_task(cluster=CLUSTER, task=arn)
    until_status(local_aws, ecs, arn, "STOPPED")
    local_aws.until(lambda: local_aws.ssh(host, ask) == "400", LIMIT_SEC)


def test_a_container_trusts_the_machine_s_certificates(local_aws, ecs, logs, run):
    arn = run(container("test -s $AWS_CA_BUNDLE && test -s $SSL_CERT_FILE && echo there; exit"))
    until_status(local_aws, ecs, arn, "STOPPED")
    assert printed(logs, arn) == ["there"]


def test_secrets_are_read_with_the_execution_role(local_aws, ecs, logs, run, execution_role):
    secrets = client(local_aws, "secretsmanager")
    arn = secrets.create_secret(Name="open-database", SecretString=json.dumps({"password": "from-secret"}))["ARN"]
    client(local_aws, "ssm").put_parameter(Name="/open/word", Value="from-parameter", Type="SecureString")
    asked = [{"name": "A", "valueFrom": f"{arn}:password::"}, {"name": "B", "valueFrom": "/open/word"}]
    task = run(container("echo $A $B", secrets=asked), executionRoleArn=execution_role)
    assert until_status(local_aws, ecs, task, "STOPPED")["stoppedReason"] == "Essential container in task exited"
    assert printed(logs, task) == ["from-secret from-parameter"]


def test_fails_to_start_without_the_permission_for_a_secret(local_aws, ecs, run, execution_role):
    arn = client(local_aws, "secretsmanager").create_secret(Name="closed", SecretString="x")["ARN"]
    task = run(container(secrets=[{"name": "A", "valueFrom": arn}]), executionRoleArn=execution_role)
    stopped = until_status(local_aws, ecs, task, "STOPPED")
    assert stopped["stopCode"] == "TaskFailedToStart"
    assert "is not authorized to perform: secretsmanager:GetSecretValue on resource: " + arn in stopped["stoppedReason"]


def test_fails_to_start_without_the_log_group(local_aws, ecs, run):
    log = {"logDriver": "awslogs", "options": {"awslogs-group": "/absent", "awslogs-region": REGION}}
    stopped = until_status(local_aws, ecs, run(container(logConfiguration=log)), "STOPPED")
    assert (stopped["stopCode"], stopped["stoppedReason"]) == ("TaskFailedToStart", "Task failed to start")
    assert stopped["containers"][0]["reason"] == (
        "CannotStartContainerError: Error response from daemon: failed to initialize logging driver: failed to create "
        "Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist."
    )


def test_fails_to_start_without_the_image(local_aws, ecs, run):
    stopped = until_status(local_aws, ecs, run(container(image="localhost:1/absent:1")), "STOPPED")
    assert stopped["stopCode"] == "TaskFailedToStart"
    reason = stopped["containers"][0]["reason"]
    assert reason.startswith("CannotPullContainerError: Error response from daemon: ")


def test_an_image_is_pulled_from_ecr_by_its_digest(local_aws, ecs, host, run):
    ecr = client(local_aws, "ecr")
    repository = ecr.create_repository(repositoryName="app")["repository"]["repositoryUri"]
    token = ecr.get_authorization_token()["authorizationData"][0]["authorizationToken"]
    password = base64.b64decode(token).decode().partition(":")[2]
    docker(local_aws, host, f"login -u AWS -p {password} {repository}")
    docker(local_aws, host, f"tag tiny {repository}:1 && sudo docker push -q {repository}:1")
    docker(local_aws, host, f"rmi {repository}:1 && sudo docker logout {repository}")
    digest = ecr.describe_images(repositoryName="app")["imageDetails"][0]["imageDigest"]
    arn = run(container(image=f"{repository}@{digest}"))
    assert until_status(local_aws, ecs, arn, "RUNNING")["containers"][0]["imageDigest"] == digest


def test_fails_to_pull_from_ecr_without_the_permission(local_aws, ecs, run, execution_role):
    image = f"123456789012.dkr.ecr.{REGION}.amazonaws.com/app:1"
    stopped = until_status(local_aws, ecs, run(container(image=image), executionRoleArn=execution_role), "STOPPED")
    said = "is not authorized to perform: ecr:GetAuthorizationToken on resource: *"
    assert said in stopped["containers"][0]["reason"]


def test_containers_go_on_without_the_agent_and_are_known_to_the_next_one(local_aws, ecs, host, register, create):
    name = create(register(container()))
    until_steady(local_aws, ecs, host, name)
    (arn,) = tasks_of(ecs, name)
    (before,) = instances_of(ecs, host)
    runtime_id = task_of(ecs, arn)["containers"][0]["runtimeId"]
    local_aws.ssh(host, "sudo systemctl stop ecs")
    local_aws.until(lambda: instances_of(ecs, host, agentConnected=False), LIMIT_SEC)
    assert runtime_id in docker(local_aws, host, "ps -q --no-trunc")
    refused = ecs.run_task(cluster=CLUSTER, taskDefinition=register(container()))
    assert [each["reason"] for each in refused["failures"]] == ["AGENT"]
    local_aws.ssh(host, "sudo systemctl start ecs")
    local_aws.until(lambda: instances_of(ecs, host, agentConnected=True), LIMIT_SEC)
    assert instances_of(ecs, host)[0]["containerInstanceArn"] == before["containerInstanceArn"]
    assert tasks_of(ecs, name) == [arn]
    assert task_of(ecs, arn)["containers"][0]["runtimeId"] == runtime_id


@pytest.mark.parametrize("how", ["sudo systemctl restart docker", "sudo reboot"])
def test_a_new_task_starts_after_docker_was_gone(local_aws, ecs, host, register, create, how):
    name = create(register(container()))
    until_steady(local_aws, ecs, host, name)
    (first,) = tasks_of(ecs, name)
    local_aws.login.ssh(local_aws.address(host), how)
    stopped = until_status(local_aws, ecs, first, "STOPPED")
    assert stopped["stopCode"] == "EssentialContainerExited"
    local_aws.until(lambda: service_of(ecs, name)["runningCount"] == 1 and tasks_of(ecs, name) != [first], LIMIT_SEC)
    assert len(instances_of(ecs, host)) == 1


def test_a_deregistered_host_loses_its_tasks_and_comes_back_without_its_checkpoint(
    local_aws, ecs, host, register, create
):
    name = create(register(container()))
    until_steady(local_aws, ecs, host, name)
    (first,) = tasks_of(ecs, name)
    (before,) = instances_of(ecs, host)
    arn = before["containerInstanceArn"]
    ecs.deregister_container_instance(cluster=CLUSTER, containerInstance=arn, force=True)
    stopped = task_of(ecs, first)
    assert stopped["stoppedReason"] == "Container instance deregistration forced by user"
    assert instances_of(ecs, host) == []
    local_aws.ssh(host, f"sudo systemctl stop ecs; sudo rm {CHECKPOINT}; sudo docker rm -f $(sudo docker ps -q)")
    local_aws.ssh(host, "sudo systemctl start ecs")
    until_steady(local_aws, ecs, host, name)
    assert instances_of(ecs, host)[0]["containerInstanceArn"] != arn


def test_tasks_start_again_after_the_local_aws_was_killed(local_aws, ecs, host, register, create):
    name = create(register(container()))
    until_steady(local_aws, ecs, host, name)
    (first,) = tasks_of(ecs, name)
    (before,) = instances_of(ecs, host)
    local_aws.kill()
    local_aws.start()
    assert until_status(local_aws, ecs, first, "STOPPED")["stopCode"] == "EssentialContainerExited"
    local_aws.until(lambda: service_of(ecs, name)["runningCount"] == 1, LIMIT_SEC)
    assert [each["containerInstanceArn"] for each in instances_of(ecs, host)] == [before["containerInstanceArn"]]


@pytest.mark.skipif(CLI_CONFIG is None, reason="Terraform is not set up")
def test_terraform_waits_until_the_task_runs(local_aws, ecs, host, tmp_path):
    terraform = Terraform(tmp_path, SimpleNamespace(home=local_aws.home, url=f"http://127.0.0.1:{local_aws.port}"))
    provider = (CASES / "provider.tf").read_text().replace("eu-west-1", REGION)
    (tmp_path / "main.tf").write_text(provider + CONFIGURATION)
    expect(0, terraform.init())
    expect(0, terraform.run("apply", "-no-color", "-auto-approve", "-var=step=1"))
    (arn,) = tasks_of(ecs, "terraform")
    assert task_of(ecs, arn)["lastStatus"] == "RUNNING"
    expect(0, terraform.run("plan", "-no-color", "-detailed-exitcode", "-var=step=1"))
    expect(0, terraform.run("destroy", "-no-color", "-auto-approve", "-var=step=1"))
    assert until_status(local_aws, ecs, arn, "STOPPED")["stopCode"] == "ServiceSchedulerInitiated"


def test_eventbridge_is_told_of_tasks_and_deployments(local_aws, ecs, host, register, create):
    sqs, events = client(local_aws, "sqs"), client(local_aws, "events")
    url = sqs.create_queue(QueueName="told")["QueueUrl"]
    # Queues let nobody in by themselves.
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "events.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": "*",
    }
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy(allow)})
    events.put_rule(Name="told", EventPattern=json.dumps({"source": ["aws.ecs"]}))
    events.put_targets(Rule="told", Targets=[{"Id": "1", "Arn": f"arn:aws:sqs:{REGION}:123456789012:told"}])
    name = create(register(container()))
    until_steady(local_aws, ecs, host, name)
    (arn,) = tasks_of(ecs, name)
    told = []

    def of(kind, resource):
        return [
            each["detail"] for each in told if each["detail-type"] == kind and each["resources"][0].endswith(resource)
        ]

    def is_told():
        # Another test's service may still end, and a message may come a moment after what it tells.
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        told.extend(json.loads(message["Body"]) for message in messages)
        return of("ECS Service Action", name)

    local_aws.until(is_told, LIMIT_SEC, lambda: json.dumps(told))
    states = [each["lastStatus"] for each in of("ECS Task State Change", arn)]
    assert list(dict.fromkeys(states)) == ["PROVISIONING", "PENDING", "RUNNING"]
    assert of("ECS Deployment State Change", name)[0]["eventName"] == "SERVICE_DEPLOYMENT_COMPLETED"
    assert of("ECS Service Action", name)[0]["eventName"] == "SERVICE_STEADY_STATE"


def test_a_stopped_host_stays_registered_and_one_of_another_type_is_refused(local_aws, ecs, host, register, create):
    name = create(register(container()))
    until_steady(local_aws, ecs, host, name)
    (first,) = tasks_of(ecs, name)
    local_aws.ec2.stop_instances(InstanceIds=[host])
    stopped = until_status(local_aws, ecs, first, "STOPPED")
    assert stopped["stoppedReason"] == f"Host EC2 (instance {host}) stopped."
    (instance,) = instances_of(ecs, host)
    assert (instance["status"], instance["agentConnected"]) == ("ACTIVE", False)
    local_aws.ec2.modify_instance_attribute(InstanceId=host, InstanceType={"Value": "t3.medium"})
    local_aws.ec2.start_instances(InstanceIds=[host])
    local_aws.wait_for_ssh(host)
    said = "The current instance type does not match the registered instance type."
    local_aws.until(lambda: said in local_aws.ssh(host, "sudo cat /var/log/ecs/ecs-agent.log"), LIMIT_SEC)
    assert instances_of(ecs, host, agentConnected=True) == []
    local_aws.ec2.terminate_instances(InstanceIds=[host])
    local_aws.until(lambda: instances_of(ecs, host) == [], LIMIT_SEC)
