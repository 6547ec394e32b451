"""An image is layers: machines from it boot with the files of its machine."""

import pytest


def test_a_machine_from_an_image_has_its_files(local_aws):
    source = local_aws.run()
    local_aws.ssh(source, "echo built | sudo tee /opt/built && sudo rm /usr/bin/less && sudo rm -r /usr/share/zoneinfo")
    local_aws.ssh(source, "sudo mkdir /usr/share/zoneinfo && sudo setfacl -h >/dev/null 2>&1; sudo cloud-init clean")
    local_aws.ec2.stop_instances(InstanceIds=[source])
    image = local_aws.ec2.create_image(InstanceId=source, Name="built")["ImageId"]
    made = local_aws.run(ImageId=image)
    assert local_aws.ssh(
        made, "cat /opt/built; ls /usr/bin/less 2>&1; ls -A /usr/share/zoneinfo; true"
    ).splitlines() == [
        "built",
        "ls: cannot access '/usr/bin/less': No such file or directory",
    ]
    local_aws.ec2.terminate_instances(InstanceIds=[source])
    copied = local_aws.ec2.copy_image(SourceImageId=image, SourceRegion="eu-central-1", Name="copied")["ImageId"]
    local_aws.ec2.deregister_image(ImageId=image)
    again = local_aws.run(ImageId=copied)
    assert local_aws.ssh(again, "cat /opt/built") == "built"
    local_aws.ec2.deregister_image(ImageId=copied)
    local_aws.ec2.stop_instances(InstanceIds=[made])
    local_aws.ec2.start_instances(InstanceIds=[made])
    local_aws.wait_for_ssh(made)
    assert local_aws.ssh(made, "cat /opt/built") == "built"
    local_aws.ec2.terminate_instances(InstanceIds=[made, again])
    assert list((local_aws.home / "images").iterdir()) == []


@pytest.mark.parametrize("no_reboot", [False, True])
def test_an_image_of_a_running_machine_leaves_it_running(local_aws, instance, no_reboot):
    boot = local_aws.boot_id(instance)
    local_aws.ssh(instance, f"echo {no_reboot} | sudo tee /opt/image-of-running")
    image = local_aws.ec2.create_image(InstanceId=instance, Name=f"running-{no_reboot}", NoReboot=no_reboot)["ImageId"]
    local_aws.wait_for_ssh(instance)
    assert (local_aws.boot_id(instance) == boot) == no_reboot
    made = local_aws.run(ImageId=image)
    assert local_aws.ssh(made, "cat /opt/image-of-running") == str(no_reboot)
    assert local_aws.ssh(instance, "cat /opt/image-of-running") == str(no_reboot)
    local_aws.ec2.terminate_instances(InstanceIds=[made])
    local_aws.ec2.deregister_image(ImageId=image)


@pytest.mark.parametrize("no_reboot", [False, True])
def test_a_machine_from_an_image_has_copies_of_its_disks(local_aws, instance, no_reboot):
    volume = local_aws.volume(instance)
    path = local_aws.attach(volume, instance)
    local_aws.ssh(instance, f"sudo mkfs.ext4 -q {path} && sudo mount {path} /mnt && echo written | sudo tee /mnt/file")
    image = local_aws.ec2.create_image(InstanceId=instance, Name=f"disks-{no_reboot}", NoReboot=no_reboot)["ImageId"]
    made = local_aws.run(ImageId=image)
    (copy,) = [
        block["Ebs"] for block in local_aws.describe(made)["BlockDeviceMappings"] if block["DeviceName"] == "/dev/sdf"
    ]
    other = f"/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_{copy['VolumeId'].replace('-', '')}"
    local_aws.ssh(made, f"sudo mount {other} /mnt && grep -q written /mnt/file && echo changed | sudo tee /mnt/file")
    local_aws.wait_for_ssh(instance)
    local_aws.ssh(
        instance, f"mountpoint -q /mnt || sudo mount {path} /mnt; grep -q written /mnt/file && sudo umount /mnt"
    )
    local_aws.ec2.terminate_instances(InstanceIds=[made])
    local_aws.ec2.deregister_image(ImageId=image)
    local_aws.ec2.detach_volume(VolumeId=volume)


def test_machines_from_one_image_do_not_see_each_other_s_files(local_aws, instance):
    other = local_aws.run()
    local_aws.ssh(other, "echo mine | sudo tee /opt/mine")
    assert local_aws.login.ssh(local_aws.address(instance), "cat /opt/mine").returncode == 1
    local_aws.ec2.terminate_instances(InstanceIds=[other])
