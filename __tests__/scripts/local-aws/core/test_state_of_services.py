"""Makes something in many services, and reads the same after a kill as before."""

from collections.abc import Callable
from typing import Any

IMAGE_PARAMETER = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
TRUST = '{"Version": "2012-10-17", "Statement": []}'


def network(aws) -> dict[str, Any]:
    ec2 = aws.client("ec2")
    subnets = ec2.describe_subnets()["Subnets"]
    return {"vpc": subnets[0]["VpcId"], "subnets": [subnet["SubnetId"] for subnet in subnets[:2]]}


def machine(aws) -> Callable[[], Any]:
    ec2 = aws.client("ec2")
    image = ec2.describe_images(Owners=["136693071363"])["Images"][0]["ImageId"]
    made = ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1)["Instances"][0]
    address = ec2.allocate_address(Domain="vpc")
    ec2.associate_address(AllocationId=address["AllocationId"], InstanceId=made["InstanceId"])
    return lambda: (ec2_of(aws).describe_instances()["Reservations"], ec2_of(aws).describe_addresses()["Addresses"])


def ec2_of(aws) -> Any:
    return aws.client("ec2")


def launch_group(aws) -> Callable[[], Any]:
    aws.client("ec2").create_launch_template(
        LaunchTemplateName="template",
        LaunchTemplateData={"ImageId": "ami-deb1326100524006d", "InstanceType": "t3.micro"},
    )
    aws.client("autoscaling").create_auto_scaling_group(
        AutoScalingGroupName="group",
        LaunchTemplate={"LaunchTemplateName": "template", "Version": "$Latest"},
        MinSize=1,
        MaxSize=1,
        AvailabilityZones=["eu-west-1a"],
    )
    return lambda: aws.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"]


def balancers(aws) -> Callable[[], Any]:
    where = network(aws)
    elbv2 = aws.client("elbv2")
    elbv2.create_load_balancer(Name="v2", Subnets=where["subnets"])
    elbv2.create_target_group(Name="targets", Protocol="HTTP", Port=80, VpcId=where["vpc"])
    listener = {"Protocol": "HTTP", "LoadBalancerPort": 80, "InstancePort": 80}
    aws.client("elb").create_load_balancer(LoadBalancerName="v1", Listeners=[listener], Subnets=where["subnets"])
    return lambda: (
        aws.client("elbv2").describe_load_balancers()["LoadBalancers"],
        aws.client("elbv2").describe_target_groups()["TargetGroups"],
        aws.client("elb").describe_load_balancers()["LoadBalancerDescriptions"],
    )


def containers(aws) -> Callable[[], Any]:
    ecs = aws.client("ecs")
    ecs.create_cluster(clusterName="cluster")
    definition = {"name": "db", "image": "couchdb", "memory": 64}
    ecs.register_task_definition(family="family", containerDefinitions=[definition])
    ecs.create_service(cluster="cluster", serviceName="service", taskDefinition="family", desiredCount=0)
    return lambda: aws.client("ecs").describe_services(cluster="cluster", services=["service"])["services"]


def file_system(aws) -> Callable[[], Any]:
    efs = aws.client("efs")
    made = efs.create_file_system(CreationToken="token", Encrypted=True)
    efs.create_access_point(FileSystemId=made["FileSystemId"], ClientToken="token")
    return lambda: (
        # The answer measures its size, and dates it.
        [{**each, "SizeInBytes": None} for each in aws.client("efs").describe_file_systems()["FileSystems"]],
        aws.client("efs").describe_access_points()["AccessPoints"],
    )


def cluster(aws) -> Callable[[], Any]:
    group = aws.client("ec2").describe_security_groups()["SecurityGroups"][0]["GroupId"]
    aws.client("emr").run_job_flow(
        Name="spark", ReleaseLabel="emr-7.13.0", JobFlowRole="EMR_EC2", ServiceRole="EMR",
        Instances={
            "InstanceGroups": [{"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1}],
            "KeepJobFlowAliveWhenNoSteps": True,
            "EmrManagedMasterSecurityGroup": group,
            "EmrManagedSlaveSecurityGroup": group,
        },
    )  # fmt: skip
    return lambda: aws.client("emr").list_clusters()["Clusters"]


def beanstalk(aws) -> Callable[[], Any]:
    eb = aws.client("elasticbeanstalk")
    eb.create_application(ApplicationName="notebooks")
    eb.create_environment(ApplicationName="notebooks", EnvironmentName="notebooks")
    return lambda: aws.client("elasticbeanstalk").describe_environments()["Environments"]


def desktops(aws) -> Callable[[], Any]:
    where = network(aws)
    ds, workspaces = aws.client("ds"), aws.client("workspaces")
    vpc = {"VpcId": where["vpc"], "SubnetIds": where["subnets"]}
    made = ds.create_directory(Name="corp.example.com", Password="Password-1", Size="Small", VpcSettings=vpc)
    workspaces.register_workspace_directory(DirectoryId=made["DirectoryId"])
    return lambda: (
        aws.client("ds").describe_directories()["DirectoryDescriptions"],
        aws.client("workspaces").describe_workspace_directories()["Directories"],
    )


def secrets(aws) -> Callable[[], Any]:
    aws.client("secretsmanager").create_secret(Name="secret", SecretString="value")
    return lambda: aws.client("secretsmanager").get_secret_value(SecretId="secret")["SecretString"]


def encrypted(aws) -> Callable[[], Any]:
    key = aws.client("kms").create_key()["KeyMetadata"]["KeyId"]
    cipher = aws.client("kms").encrypt(KeyId=key, Plaintext=b"text")["CiphertextBlob"]
    return lambda: aws.client("kms").decrypt(CiphertextBlob=cipher)["Plaintext"]


def parameters(aws) -> Callable[[], Any]:
    aws.client("ssm").put_parameter(Name="/name", Value="value", Type="SecureString")
    aws.client("ssm").add_tags_to_resource(
        ResourceType="Parameter", ResourceId="/name", Tags=[{"Key": "k", "Value": "v"}]
    )
    return lambda: (
        aws.client("ssm").get_parameter(Name="/name", WithDecryption=True)["Parameter"]["Value"],
        aws.client("ssm").list_tags_for_resource(ResourceType="Parameter", ResourceId="/name")["TagList"],
        aws.client("ssm").get_parameter(Name=IMAGE_PARAMETER)["Parameter"]["Value"],
    )


def logs_and_alarms(aws) -> Callable[[], Any]:
    aws.client("logs").create_log_group(logGroupName="/group")
    aws.client("sns").create_topic(Name="topic")
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName="alarm", ComparisonOperator="GreaterThanThreshold", EvaluationPeriods=1, Threshold=1.0,
        MetricName="CPUUtilization", Namespace="AWS/EC2", Period=60, Statistic="Average",
    )  # fmt: skip
    return lambda: (
        aws.client("logs").describe_log_groups()["logGroups"],
        aws.client("sns").list_topics()["Topics"],
        aws.client("cloudwatch").describe_alarms()["MetricAlarms"],
    )


def messages(aws) -> Callable[[], Any]:
    queue = aws.client("sqs").create_queue(QueueName="queue", Attributes={"RedriveAllowPolicy": "{}"})["QueueUrl"]
    name = queue.rpartition("/")[2]
    aws.client("sqs").send_message(QueueUrl=name, MessageBody="kept")
    topic = aws.client("sns").create_topic(Name="told")["TopicArn"]
    aws.client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="case@example.org")
    aws.client("events").put_rule(Name="rule", EventPattern='{"source": ["aws.ecs"]}')
    aws.client("events").put_targets(Rule="rule", Targets=[{"Id": "topic", "Arn": topic}])
    return lambda: (
        aws.client("sqs").get_queue_attributes(QueueUrl=name, AttributeNames=["All"])["Attributes"],
        aws.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"],
        aws.client("events").list_targets_by_rule(Rule="rule")["Targets"],
    )


def backups_and_repositories(aws) -> Callable[[], Any]:
    aws.client("backup").create_backup_vault(BackupVaultName="vault")
    aws.client("ecr").create_repository(repositoryName="repository")
    return lambda: (
        aws.client("backup").list_backup_vaults()["BackupVaultList"],
        aws.client("ecr").describe_repositories()["repositories"],
    )


def lock_table(aws) -> Callable[[], Any]:
    aws.client("dynamodb").create_table(
        TableName="locks", BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "LockID", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "LockID", "AttributeType": "S"}],
    )  # fmt: skip
    aws.client("dynamodb").put_item(TableName="locks", Item={"LockID": {"S": "held"}})
    return lambda: aws.client("dynamodb").scan(TableName="locks")["Items"]


def profile(aws) -> Callable[[], Any]:
    iam = aws.client("iam")
    iam.create_role(RoleName="role", AssumeRolePolicyDocument=TRUST)
    iam.create_instance_profile(InstanceProfileName="profile")
    iam.add_role_to_instance_profile(InstanceProfileName="profile", RoleName="role")
    return lambda: aws.client("iam").list_instance_profiles()["InstanceProfiles"]


MADE = [
    machine, launch_group, balancers, containers, file_system, cluster, beanstalk, desktops, secrets, encrypted,
    parameters, logs_and_alarms, messages, backups_and_repositories, lock_table, profile,
]  # fmt: skip


def test_what_services_keep_survives_a_kill(start, tmp_path):
    aws = start(tmp_path / "home")
    look = {make.__name__: make(aws) for make in MADE}
    aws.wait_until_done()
    before = {name: look() for name, look in look.items()}
    aws.kill()
    aws.start()
    assert {name: look() for name, look in look.items()} == before
