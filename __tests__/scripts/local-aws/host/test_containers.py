"""Machines run Docker: its networks, mounts and users, and what is left of containers afterwards."""

import socket
import subprocess
from ipaddress import IPv4Network
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from docker_base import docker_base_image
from local_aws.host.addresses import AddressPlan
from local_aws.host.names import Names

METADATA = "169.254.169.254"
API = "ec2.eu-central-1.amazonaws.com"
# An image of busybox alone. Its programs do not heed SIGTERM as process 1, for which Docker would wait.
MAKE_IMAGE = """
mkdir -p tree/bin tree/www && echo hello >tree/www/index.html && cp "$(which busybox)" tree/bin/
for name in sh cat httpd id ls nc nslookup sleep timeout touch wget; do ln -s busybox "tree/bin/$name"; done
tar -C tree -c . | sudo docker import --change 'STOPSIGNAL SIGKILL' - tiny
"""
# Nobody else on this computer runs it.
MARK = "31540917"


@pytest.fixture(scope="module")
def base_image(base_image):
    """A base image with Docker."""
    return docker_base_image(base_image)


@pytest.fixture(scope="module")
def host(local_aws):
    """A machine with the image `tiny`."""
    made = local_aws.run()
    local_aws.ssh(made, MAKE_IMAGE)
    return made


@pytest.fixture
def docker(local_aws, host):
    """Runs Docker's command on the machine. Afterwards no container is left."""

    def run(command):
        return local_aws.ssh(host, f"sudo docker {command}")

    yield run
    run("ps -aq | xargs --no-run-if-empty sudo docker rm -f")


@pytest.fixture
def other(local_aws):
    made = local_aws.run()
    yield made
    local_aws.ec2.terminate_instances(InstanceIds=[made])


def page(local_aws, machine, address, port):
    return local_aws.ssh(machine, f"curl -s -m 60 --retry 60 --retry-all-errors --retry-delay 1 {address}:{port}")


def test_layers_are_of_overlay2(docker):
    assert docker("info --format '{{.Driver}} {{.CgroupDriver}} {{.CgroupVersion}}'") == "overlay2 systemd 2"


def test_a_published_port_answers_another_machine_and_this_computer(local_aws, host, docker, other):
    docker("run -d -p 8080:80 tiny httpd -f -h /www")
    private = local_aws.describe(host)["PrivateIpAddress"]
    assert page(local_aws, other, private, 8080) == "hello"
    with socket.create_connection((local_aws.address(host), 8080), 60) as connection:
        connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 OK")


def test_a_container_writes_as_its_user_to_a_volume_that_was_mounted_after_docker_s_start(local_aws, host, docker):
    volume = local_aws.volume(host)
    path = local_aws.attach(volume, host)
    local_aws.ssh(host, f"sudo mkfs.ext4 -q {path} && sudo mkdir -p /data && sudo mount {path} /data")
    local_aws.ssh(host, "sudo install -d -o 5984 /data/couchdb")
    assert docker("run --rm --user 5984 -v /data/couchdb:/couchdb tiny sh -c 'id -u; touch /couchdb/mine'") == "5984"
    assert local_aws.ssh(host, "stat -c %u /data/couchdb/mine; findmnt -n -o TARGET -T /data/couchdb/mine") == (
        "5984\n/data"
    )
    with pytest.raises(AssertionError, match="denied"):
        docker("run --rm --user 5984 -v /data:/data tiny touch /data/not-mine")
    # A container keeps the volume busy, as a program on the machine does.
    docker("run -d -v /data:/held tiny sleep 600")
    local_aws.ssh(host, "sudo umount /data")
    with pytest.raises(ClientError, match=r"is mounted at /held"):
        local_aws.new_client().detach_volume(VolumeId=volume)
    docker("rm -f $(sudo docker ps -q)")
    local_aws.ec2.detach_volume(VolumeId=volume)


def test_a_mount_below_a_bind_shows_in_a_running_container(local_aws, host, docker):
    local_aws.ssh(host, "sudo mkdir -p /shared/late")
    docker("run -d --name sees -v /shared:/shared:rslave tiny sleep 600")
    local_aws.ssh(host, "sudo mount -t tmpfs none /shared/late && sudo touch /shared/late/file")
    assert docker("exec sees ls /shared/late") == "file"
    local_aws.ssh(host, "sudo umount /shared/late")


def test_a_container_resolves_names_and_reaches_the_api_and_the_credentials_of_containers(local_aws, docker):
    def status(url):
        # busybox refuses any other status than 200, and says it.
        return docker(f"run --rm tiny sh -c 'wget -T 60 -q -O - {url} 2>&1; true'")

    assert "HTTP/1.1 400" in status("http://169.254.170.2/v2/credentials/nobody-s")
    assert str(AddressPlan(IPv4Network(local_aws.network)).api) in docker(f"run --rm tiny nslookup {API}")
    assert "HTTP/1.1 403" in status(f"https://{API}/")


def put_for_a_token(docker, *options):
    """Asks for a token of IMDSv2 from a container, and returns the answer: empty when none came within 5 s."""
    request = r"PUT /latest/api/token HTTP/1.0\r\nX-aws-ec2-metadata-token-ttl-seconds: 60\r\n\r\n"
    ask = f'printf "{request}" | timeout 5 nc {METADATA} 80; true'
    return docker(f"run --rm {' '.join(options)} tiny sh -c '{ask}'")


def test_a_container_gets_a_metadata_token_only_with_hop_limit_2(local_aws, host, docker):
    local_aws.ec2.modify_instance_metadata_options(InstanceId=host, HttpPutResponseHopLimit=1)
    assert put_for_a_token(docker) == ""
    # The network of the machine itself is no hop away.
    assert put_for_a_token(docker, "--network host").startswith("HTTP/1.1 200")
    local_aws.ec2.modify_instance_metadata_options(InstanceId=host, HttpPutResponseHopLimit=2)
    assert put_for_a_token(docker).startswith("HTTP/1.1 200")
    local_aws.ec2.modify_instance_metadata_options(InstanceId=host, HttpPutResponseHopLimit=1)


def test_docker_kill_ends_a_container(docker):
    docker("run -d --name killed tiny sleep 600")
    docker("kill killed")
    assert docker("inspect --format '{{.State.Status}} {{.State.ExitCode}}' killed") == "exited 137"


def test_after_a_reboot_and_a_stop_images_volumes_and_restart_policies_are_there(local_aws, host, docker):
    docker("run -d --name stays --restart always -p 8081:80 -v kept:/www tiny httpd -f -h /www")
    docker("run -d --name ends tiny sleep 600")
    docker("exec stays sh -c 'echo written >/www/index.html'")

    def check():
        assert page(local_aws, host, "localhost", 8081) == "written"
        assert docker("ps --format '{{.Names}}'") == "stays"
        assert docker("images --format '{{.Repository}}'") == "tiny"

    boot = local_aws.boot_id(host)
    local_aws.ec2.reboot_instances(InstanceIds=[host])
    local_aws.wait_for_ssh(host, other_than=boot)
    check()
    local_aws.ec2.stop_instances(InstanceIds=[host])
    local_aws.ec2.start_instances(InstanceIds=[host])
    local_aws.wait_for_ssh(host)
    check()


def processes(mark):
    """Returns the processes of this computer with a word on their command line."""
    found = subprocess.run(["pgrep", "-f", f"^sleep {mark}$"], capture_output=True, text=True, check=False)
    return found.stdout.split()


def rules():
    """Returns what Docker may have made in this computer's own network."""
    shown = subprocess.run(["iptables-save"], capture_output=True, text=True, check=True).stdout
    links = [path.name for path in Path("/sys/class/net").iterdir()]
    return [line for line in shown.splitlines() if "DOCKER" in line] + [name for name in links if "docker" in name]


def test_a_terminated_machine_leaves_nothing_of_its_containers(local_aws):
    before = rules()
    made = local_aws.run()
    local_aws.ssh(made, MAKE_IMAGE)
    local_aws.ssh(made, f"sudo docker run -d --restart always -p 8082:80 tiny sleep {MARK}")
    assert len(processes(MARK)) == 1
    assert rules() == before
    names = Names.of(local_aws.home)
    local_aws.ec2.terminate_instances(InstanceIds=[made])
    assert processes(MARK) == []
    assert rules() == before
    assert not (local_aws.home / "instances" / made).exists()
    assert str(local_aws.home / "instances" / made) not in Path("/proc/self/mountinfo").read_text()
    groups = [folder for root in Path("/sys/fs/cgroup").glob("*") for folder in root.glob(f"{names.cgroup}/{made}")]
    assert groups == []


def test_an_image_of_the_machine_has_docker_without_what_it_kept(local_aws, host):
    image = local_aws.ec2.create_image(InstanceId=host, Name="with-docker", NoReboot=True)["ImageId"]
    made = local_aws.run(ImageId=image)
    assert local_aws.ssh(made, "sudo docker images -q && sudo docker info --format '{{.Driver}}'") == "overlay2"
    local_aws.ec2.terminate_instances(InstanceIds=[made])
    local_aws.ec2.deregister_image(ImageId=image)
