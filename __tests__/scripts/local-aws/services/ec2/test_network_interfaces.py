"""The network interfaces of instances."""

import pytest


@pytest.fixture
def image_id(ec2):
    owned = ec2.describe_images(Owners=["136693071363"], Filters=[{"Name": "architecture", "Values": ["x86_64"]}])
    return max(owned["Images"], key=lambda image: image["CreationDate"])["ImageId"]


@pytest.mark.parametrize(
    ("parameters", "left"),
    [
        ({}, 0),
        ({"DeleteOnTermination": True}, 0),
        ({"DeleteOnTermination": False}, 1),
    ],
)
def test_an_interface_ends_with_its_instance_unless_the_request_says_otherwise(network, image_id, parameters, left):
    wanted = {"ImageId": image_id, "InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1}
    where = (
        {"NetworkInterfaces": [{"DeviceIndex": 0, "SubnetId": network.subnet_id, **parameters}]}
        if parameters
        else {"SubnetId": network.subnet_id}
    )
    instance = network.ec2.run_instances(**wanted, **where)["Instances"][0]
    assert len(network.interfaces()) == 1
    network.ec2.terminate_instances(InstanceIds=[instance["InstanceId"]])
    assert len(network.interfaces()) == left
    network.ec2.terminate_instances(InstanceIds=[instance["InstanceId"]])


def test_an_interface_that_was_there_before_stays_after_its_instance(network, image_id):
    own = network.ec2.create_network_interface(SubnetId=network.subnet_id)["NetworkInterface"]["NetworkInterfaceId"]
    instance = network.ec2.run_instances(
        ImageId=image_id, InstanceType="t3.micro", MinCount=1, MaxCount=1,
        NetworkInterfaces=[
            {"DeviceIndex": 0, "NetworkInterfaceId": own}, {"DeviceIndex": 1, "SubnetId": network.subnet_id}
        ],
    )["Instances"][0]  # fmt: skip
    assert len(network.interfaces()) == 2
    network.ec2.terminate_instances(InstanceIds=[instance["InstanceId"]])
    assert [each["NetworkInterfaceId"] for each in network.interfaces()] == [own]
