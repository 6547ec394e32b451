"""Instances in the API: root disks, attachments, addresses, and what EC2 refuses. No machine boots here."""

from ipaddress import IPv4Address, IPv4Network

import pytest
from botocore.exceptions import ClientError

NEVER_ROUTED = IPv4Network("198.18.0.0/15")


@pytest.fixture(scope="module")
def image_id(ec2):
    images = ec2.describe_images(Owners=["136693071363"], Filters=[{"Name": "architecture", "Values": ["x86_64"]}])[
        "Images"
    ]
    return max(images, key=lambda image: image["CreationDate"])["ImageId"]


@pytest.fixture
def run(ec2, image_id):
    ids = []

    def run(**parameters):
        wanted = {"ImageId": image_id, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, **parameters}
        ids.append(ec2.run_instances(**wanted)["Instances"][0]["InstanceId"])
        return ids[-1]

    yield run
    if ids:
        ec2.terminate_instances(InstanceIds=ids)


def told(ec2, instance_id):
    return ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]


def new_volume(ec2, zone="eu-west-1a"):
    return ec2.create_volume(Size=1, AvailabilityZone=zone)["VolumeId"]


def zone_of(ec2, instance_id):
    return told(ec2, instance_id)["Placement"]["AvailabilityZone"]


def fails_with(code):
    return pytest.raises(ClientError, match=rf"\({code}\)")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ("/dev/xvda", 8, "gp3", False, 3000, 125)),
        (
            {"VolumeSize": 20, "Encrypted": True, "Iops": 4000, "Throughput": 250},
            ("/dev/xvda", 20, "gp3", True, 4000, 250),
        ),
    ],
)
def test_the_root_disk_follows_the_image_and_the_request(ec2, run, asked, expected):
    data = {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 1, "VolumeType": "gp3"}}
    mappings = [data, {"DeviceName": "/dev/xvda", "Ebs": asked}] if asked else [data]
    instance = told(ec2, run(BlockDeviceMappings=mappings))
    disks = {mapping["DeviceName"]: mapping["Ebs"] for mapping in instance["BlockDeviceMappings"]}
    assert set(disks) == {"/dev/xvda", "/dev/sdf"}
    assert disks["/dev/xvda"]["DeleteOnTermination"] is True
    volume = ec2.describe_volumes(VolumeIds=[disks[instance["RootDeviceName"]]["VolumeId"]])["Volumes"][0]
    seen = (
        instance["RootDeviceName"],
        *(volume[key] for key in ("Size", "VolumeType", "Encrypted", "Iops", "Throughput")),
    )
    assert seen == expected


WRONG_MACHINES = {
    "InvalidAMIID.NotFound": {"ImageId": "ami-0123456789abcdef0"},
    "InvalidKeyPair.NotFound": {"KeyName": "nobody"},
    "InvalidParameterValue": {"InstanceType": "t3.gigantic"},
    "InvalidParameterValue.*architecture 'arm64'.*does not match the architecture 'x86_64'": {
        "InstanceType": "t4g.micro"
    },
    "InvalidParameterValue.*MaxCount 1 is smaller than MinCount 2": {"MinCount": 2},
    "InvalidBlockDeviceMapping": {"BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 7}}]},
    "InvalidParameterCombination": {
        "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 8, "Throughput": 1000}}]
    },
}


@pytest.mark.parametrize("code", WRONG_MACHINES)
def test_fails_to_run_with(ec2, run, code):
    before = len(ec2.describe_volumes()["Volumes"]), len(ec2.describe_instances()["Reservations"])
    with pytest.raises(ClientError, match=code):
        run(**WRONG_MACHINES[code])
    assert (len(ec2.describe_volumes()["Volumes"]), len(ec2.describe_instances()["Reservations"])) == before


def test_an_image_of_a_machine_has_its_root_disk(ec2, run):
    instance_id = run(BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 12}}])
    image_id = ec2.create_image(InstanceId=instance_id, Name="mine")["ImageId"]
    (image,) = ec2.describe_images(ImageIds=[image_id])["Images"]
    (mapping,) = image["BlockDeviceMappings"]
    assert (image["RootDeviceName"], mapping["DeviceName"], mapping["Ebs"]["VolumeSize"]) == (
        "/dev/xvda",
        "/dev/xvda",
        12,
    )
    with fails_with("InvalidBlockDeviceMapping"):
        run(ImageId=image_id, BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 11}}])


def test_fails_to_attach_where_ec2_refuses(ec2, run):
    one, other = run(), run()
    zone = zone_of(ec2, one)
    elsewhere = new_volume(ec2, "eu-west-1c" if zone != "eu-west-1c" else "eu-west-1a")
    volume_id, second = new_volume(ec2, zone), new_volume(ec2, zone)
    with fails_with("InvalidVolume.ZoneMismatch"):
        ec2.attach_volume(VolumeId=elsewhere, InstanceId=one, Device="/dev/sdf")
    ec2.attach_volume(VolumeId=volume_id, InstanceId=one, Device="/dev/sdf")
    with fails_with("VolumeInUse"):
        ec2.attach_volume(VolumeId=volume_id, InstanceId=other, Device="/dev/sdf")
    with fails_with("InvalidParameterValue"):
        ec2.attach_volume(VolumeId=second, InstanceId=one, Device="/dev/sdf")
    with fails_with("VolumeInUse"):
        ec2.delete_volume(VolumeId=volume_id)
    ec2.terminate_instances(InstanceIds=[other])
    with fails_with("IncorrectState"):
        ec2.attach_volume(VolumeId=second, InstanceId=other, Device="/dev/sdf")


def test_detaches_when_the_request_names_no_machine(ec2, run):
    instance_id = run()
    volume_id = new_volume(ec2, zone_of(ec2, instance_id))
    ec2.attach_volume(VolumeId=volume_id, InstanceId=instance_id, Device="/dev/sdf")
    assert ec2.detach_volume(VolumeId=volume_id)["InstanceId"] == instance_id
    assert ec2.describe_volumes(VolumeIds=[volume_id])["Volumes"][0]["State"] == "available"
    with fails_with("IncorrectState"):
        ec2.detach_volume(VolumeId=volume_id)


def test_fails_to_detach_the_root_disk_of_a_running_machine(ec2, run):
    root = told(ec2, run())["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
    with fails_with("OperationNotPermitted"):
        ec2.detach_volume(VolumeId=root)


def test_an_elastic_address_stays_through_stop_and_start_and_is_free_after_the_end(ec2, run):
    instance_id = run()
    address = ec2.allocate_address(Domain="vpc")
    ec2.associate_address(AllocationId=address["AllocationId"], InstanceId=instance_id)
    for change in (ec2.stop_instances, ec2.start_instances):
        change(InstanceIds=[instance_id])
        assert told(ec2, instance_id)["PublicIpAddress"] == address["PublicIp"]
    ec2.terminate_instances(InstanceIds=[instance_id])
    (freed,) = ec2.describe_addresses(AllocationIds=[address["AllocationId"]])["Addresses"]
    assert (freed.get("AssociationId"), freed.get("InstanceId") or None) == (None, None)


def test_a_public_address_is_never_routed_and_goes_when_the_machine_stops(ec2, run):
    instance_id = run()
    assert IPv4Address(told(ec2, instance_id)["PublicIpAddress"]) in NEVER_ROUTED
    assert IPv4Address(ec2.allocate_address(Domain="vpc")["PublicIp"]) in NEVER_ROUTED
    ec2.stop_instances(InstanceIds=[instance_id])
    assert "PublicIpAddress" not in told(ec2, instance_id)


def test_the_instance_type_changes_only_while_stopped(ec2, run):
    instance_id = run()
    with fails_with("IncorrectInstanceState"):
        ec2.modify_instance_attribute(InstanceId=instance_id, InstanceType={"Value": "t3.large"})
    ec2.stop_instances(InstanceIds=[instance_id])
    with fails_with("InvalidParameterValue"):
        ec2.modify_instance_attribute(InstanceId=instance_id, InstanceType={"Value": "t3.gigantic"})
    ec2.modify_instance_attribute(InstanceId=instance_id, InstanceType={"Value": "t3.large"})
    ec2.start_instances(InstanceIds=[instance_id])
    assert told(ec2, instance_id)["InstanceType"] == "t3.large"


def test_what_its_own_shutdown_does_changes_while_it_runs(ec2, run):
    instance_id = run()

    def behavior():
        attribute = "instanceInitiatedShutdownBehavior"
        told = ec2.describe_instance_attribute(InstanceId=instance_id, Attribute=attribute)
        return told["InstanceInitiatedShutdownBehavior"]["Value"]

    assert behavior() == "stop"
    ec2.modify_instance_attribute(InstanceId=instance_id, InstanceInitiatedShutdownBehavior={"Value": "terminate"})
    assert behavior() == "terminate"
    with fails_with("InvalidParameterValue"):
        ec2.modify_instance_attribute(InstanceId=instance_id, InstanceInitiatedShutdownBehavior={"Value": "hibernate"})


def test_as_many_instances_run_as_the_request_allows_each_with_its_role(ec2, aws, image_id):
    trust = '{"Version": "2012-10-17", "Statement": []}'
    iam = aws.client("iam")
    iam.create_role(RoleName="many", AssumeRolePolicyDocument=trust)
    profile = iam.create_instance_profile(InstanceProfileName="many")["InstanceProfile"]["Arn"]
    iam.add_role_to_instance_profile(InstanceProfileName="many", RoleName="many")
    made = ec2.run_instances(
        ImageId=image_id, InstanceType="t3.micro", MinCount=1, MaxCount=3, IamInstanceProfile={"Name": "many"},
        DisableApiTermination=True,
    )["Instances"]  # fmt: skip
    ids = [instance["InstanceId"] for instance in made]
    assert [told(ec2, each)["IamInstanceProfile"]["Arn"] for each in ids] == [profile] * 3
    with fails_with("OperationNotPermitted"):
        ec2.terminate_instances(InstanceIds=ids)
    for each in ids:
        ec2.modify_instance_attribute(InstanceId=each, DisableApiTermination={"Value": False})
    ec2.terminate_instances(InstanceIds=ids)


def test_credits_are_what_was_asked_for_or_the_default_of_the_type(ec2, run):
    def credits_of(instance_id):
        (told,) = ec2.describe_instance_credit_specifications(InstanceIds=[instance_id])["InstanceCreditSpecifications"]
        return told["CpuCredits"]

    assert [credits_of(run(InstanceType=each)) for each in ("t2.micro", "t3.micro")] == ["standard", "unlimited"]
    instance_id = run(CreditSpecification={"CpuCredits": "standard"})
    assert credits_of(instance_id) == "standard"
    ec2.modify_instance_credit_specification(
        InstanceCreditSpecifications=[{"InstanceId": instance_id, "CpuCredits": "unlimited"}]
    )
    assert credits_of(instance_id) == "unlimited"


def test_detailed_monitoring_goes_on_and_off(ec2, run):
    instance_id = run()
    assert ec2.monitor_instances(InstanceIds=[instance_id])["InstanceMonitorings"] == [
        {"InstanceId": instance_id, "Monitoring": {"State": "enabled"}}
    ]
    assert told(ec2, instance_id)["Monitoring"] == {"State": "enabled"}
    ec2.unmonitor_instances(InstanceIds=[instance_id])
    assert told(ec2, instance_id)["Monitoring"] == {"State": "disabled"}


def test_an_instance_has_the_groups_of_its_primary_interface(ec2, run):
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    one, other = (
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"] for name in ("one", "other")
    )
    instance_id = run(NetworkInterfaces=[{"DeviceIndex": 0, "Groups": [one]}])
    assert [group["GroupId"] for group in told(ec2, instance_id)["SecurityGroups"]] == [one]
    interface = told(ec2, instance_id)["NetworkInterfaces"][0]["NetworkInterfaceId"]
    ec2.modify_network_interface_attribute(NetworkInterfaceId=interface, Groups=[other])
    assert [group["GroupId"] for group in told(ec2, instance_id)["SecurityGroups"]] == [other]
    assert [group["GroupId"] for group in told(ec2, instance_id)["NetworkInterfaces"][0]["Groups"]] == [other]
