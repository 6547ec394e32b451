"""Machines and this host reach each other, by addresses that exist nowhere else. No other host reaches a machine."""

import json
import socket
import subprocess
from ipaddress import IPv4Network

import pytest
from botocore.exceptions import ClientError
from local_aws.host.addresses import AddressPlan
from local_aws.host.names import Names
from local_aws.host.network import INTERFACE


def ip(*words):
    return subprocess.run(["ip", *words], capture_output=True, text=True, check=True).stdout


@pytest.fixture
def other(local_aws):
    made = local_aws.run()
    yield made
    local_aws.ec2.terminate_instances(InstanceIds=[made])


def test_private_addresses_work_between_machines_and_from_this_host(local_aws, instance, other):
    private = local_aws.describe(other)["PrivateIpAddress"]
    assert local_aws.login.ssh(private, "echo reached").stdout.strip() == "reached"
    assert "SSH-2.0" in local_aws.ssh(instance, f"nc -N -w 300 {private} 22 </dev/null || true")
    assert "SSH-2.0" in local_aws.ssh(instance, f"nc -N -w 300 {local_aws.address(other)} 22 </dev/null || true")


def test_machines_of_another_vpc_reach_each_other(local_aws):
    vpc = local_aws.ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    subnet = local_aws.ec2.create_subnet(VpcId=vpc, CidrBlock="10.20.1.0/24")["Subnet"]["SubnetId"]
    interface = [{"DeviceIndex": 0, "SubnetId": subnet, "AssociatePublicIpAddress": True}]
    first, second = (local_aws.run(NetworkInterfaces=interface) for _ in range(2))
    private = local_aws.describe(second)["PrivateIpAddress"]
    assert private.startswith("10.20.1.")
    assert "SSH-2.0" in local_aws.ssh(first, f"nc -N -w 300 {private} 22 </dev/null || true")
    # This host has no route there, since a real machine somewhere else may have that address.
    assert ip("route", "show", "table", "all", "match", private, "dev", Names.of(local_aws.home).bridge) == ""
    local_aws.ec2.terminate_instances(InstanceIds=[first, second])


def name_at(local_aws, address):
    """Returns the name of the machine at an address. Empty: no machine answers."""
    return local_aws.login.ssh(address, "hostname").stdout.strip()


def name_of(local_aws, instance):
    return f"ip-{local_aws.describe(instance)['PrivateIpAddress'].replace('.', '-')}"


def test_an_elastic_address_moves_and_stays_through_a_stop(local_aws, instance, other):
    allocated = local_aws.ec2.allocate_address(Domain="vpc")
    elastic = allocated["PublicIp"]
    local_aws.ec2.associate_address(AllocationId=allocated["AllocationId"], InstanceId=instance)
    assert local_aws.address(instance) == elastic
    assert name_at(local_aws, elastic) == name_of(local_aws, instance)
    local_aws.ec2.stop_instances(InstanceIds=[instance])
    assert local_aws.address(instance) == elastic
    local_aws.ec2.start_instances(InstanceIds=[instance])
    assert local_aws.address(instance) == elastic
    local_aws.wait_for_ssh(instance)
    local_aws.ec2.associate_address(AllocationId=allocated["AllocationId"], InstanceId=other, AllowReassociation=True)
    assert name_at(local_aws, elastic) == name_of(local_aws, other)
    assert local_aws.address(instance) != elastic
    local_aws.wait_for_ssh(instance)
    association = local_aws.ec2.describe_addresses(PublicIps=[elastic])["Addresses"][0]["AssociationId"]
    local_aws.ec2.disassociate_address(AssociationId=association)
    assert local_aws.login.ssh(elastic, "true").returncode == 255
    local_aws.wait_for_ssh(other)
    local_aws.ec2.release_address(AllocationId=allocated["AllocationId"])


def test_a_terminated_machine_gives_its_elastic_address_back(local_aws, other):
    allocated = local_aws.ec2.allocate_address(Domain="vpc")
    made = local_aws.run()
    local_aws.ec2.associate_address(AllocationId=allocated["AllocationId"], InstanceId=made)
    local_aws.ec2.terminate_instances(InstanceIds=[made])
    address = local_aws.ec2.describe_addresses(AllocationIds=[allocated["AllocationId"]])["Addresses"][0]
    assert not address.get("InstanceId") and not address.get("AssociationId")
    local_aws.ec2.release_address(AllocationId=allocated["AllocationId"])


def test_a_machine_does_not_reach_the_local_aws(local_aws, other):
    gateway = str(AddressPlan(IPv4Network(local_aws.network)).gateway)
    addresses = addresses_of_this_computer()
    assert {gateway, "127.0.0.1"} <= addresses
    machine = ["ip", "netns", "exec", Names.of(local_aws.home).namespace(other)]
    # Root in a machine may route this computer's loopback address to the outside.
    subprocess.run([*machine, "sysctl", "-qw", "net.ipv4.conf.all.route_localnet=1"], check=True)
    namespace = machine[3]
    ip("-n", namespace, "route", "add", "table", "7", "default", "via", gateway, "dev", INTERFACE)
    ip("-n", namespace, "rule", "add", "pref", "0", "to", "127.0.0.0/8", "lookup", "7")
    reached = {address for address in addresses if reaches(machine, address, local_aws.port)}
    # Another local AWS may have ended meanwhile. Its address is then somebody else's.
    assert reached & addresses_of_this_computer() == set()
    # It reaches a program that listens on every address: the way is there.
    with socket.create_server(("0.0.0.0", 0)) as listener:
        assert reaches(machine, gateway, listener.getsockname()[1])


def addresses_of_this_computer():
    links = json.loads(ip("-json", "-4", "addr", "show"))
    return {info["local"] for link in links for info in link.get("addr_info", [])}


@pytest.fixture
def stranger(second_place):
    """Makes another host, which uses this host as its router.

    Returns its interface here, and the start of a command that runs there. It is a namespace without a name: it and its
    interface go with its last process.
    """
    host = subprocess.Popen(["unshare", "--net", "sh", "-c", "echo made; exec sleep infinity"], stdout=subprocess.PIPE)
    assert host.stdout is not None and host.stdout.readline() == b"made\n"
    router, own = list(second_place.subnets()[-1].hosts())[:2]
    interface, within = f"stranger{host.pid}"[:15], ["nsenter", f"--net=/proc/{host.pid}/ns/net"]
    ip("link", "add", interface, "type", "veth", "peer", "name", "eth0", "netns", str(host.pid))
    ip("addr", "add", f"{router}/30", "dev", interface)
    ip("link", "set", interface, "up")
    for words in (
        ["link", "set", "eth0", "up"],
        ["addr", "add", f"{own}/30", "dev", "eth0"],
        ["route", "add", "default", "via", str(router)],
    ):
        subprocess.run([*within, "ip", *words], check=True)
    yield interface, within
    ip("link", "delete", interface)
    host.kill()
    host.wait()


def reaches(within, address, port=22):
    code = f"import socket; socket.create_connection(({address!r}, {port}), 2)"
    return subprocess.run([*within, "python3", "-c", code], capture_output=True, check=False).returncode == 0


def iptables(*words):
    subprocess.run(["iptables", "-w", *words], check=True)


def test_another_host_reaches_no_machine(local_aws, instance, stranger):
    # Only this rule keeps the stranger out. Without it the stranger reaches the machine.
    bridge, comment = Names.of(local_aws.home).bridge, Names.of(local_aws.home).rule_comment
    rule = [
        "FORWARD",
        "!",
        "-i",
        bridge,
        "-o",
        bridge,
        "-m",
        "conntrack",
        "--ctstate",
        "NEW,INVALID",
        "-m",
        "comment",
        "--comment",
        comment,
        "-j",
        "DROP",
    ]
    addresses = [local_aws.address(instance), local_aws.describe(instance)["PrivateIpAddress"]]
    interface, within = stranger
    api = str(AddressPlan(IPv4Network(local_aws.network)).api)
    # Docker may have set a policy to forward nothing. That must not be what keeps the stranger out.
    way_in = ["FORWARD", "-i", interface, "-j", "ACCEPT"]
    iptables("-I", *way_in)
    try:
        assert [reaches(within, address) for address in addresses] == [False, False]
        assert not reaches(within, api, 443)
        iptables("-t", "mangle", "-D", *rule)
        try:
            assert [reaches(within, address) for address in addresses] == [True, True]
        finally:
            iptables("-t", "mangle", "-I", *rule)
    finally:
        iptables("-D", *way_in)
    assert reaches([], addresses[0])
    assert reaches([], api, 443)


def test_a_machine_reaches_no_link_local_service_of_this_host_s_network(local_aws, instance, stranger):
    # In a cloud, such a service gives out this computer's own credentials. A machine's root may route anything.
    service, (interface, within) = "169.254.77.1", stranger
    namespace = Names.of(local_aws.home).namespace(instance)
    subprocess.run([*within, "ip", "addr", "add", f"{service}/32", "dev", "eth0"], check=True)
    ip("route", "add", service, "dev", interface)
    comment = ["-m", "comment", "--comment", Names.of(local_aws.home).rule_comment]
    bridge = Names.of(local_aws.home).bridge
    rule = ["FORWARD", "-d", "169.254.0.0/16", "-i", bridge, "!", "-o", bridge, *comment, "-j", "DROP"]
    code = f"import socket; socket.create_connection(({service!r}, 7777), 2)"
    server = "import socket; s = socket.create_server(('0.0.0.0', 7777)); print('up', flush=True); s.accept()"
    listener = subprocess.Popen([*within, "python3", "-c", server], stdout=subprocess.PIPE)
    try:
        assert listener.stdout is not None and listener.stdout.readline() == b"up\n"
        machine = ["ip", "netns", "exec", namespace, "python3", "-c", code]
        assert subprocess.run(machine, capture_output=True, check=False).returncode != 0
        iptables("-t", "mangle", "-D", *rule)
        try:
            subprocess.run(machine, check=True)
        finally:
            iptables("-t", "mangle", "-I", *rule)
    finally:
        listener.kill()
        listener.wait()
        listener.stdout.close()


def test_machines_of_two_local_aws_do_not_reach_each_other(local_aws, instance, make_local_aws):
    second = make_local_aws()
    there = second.run()
    assert second.ssh(there, "echo here") == "here"
    done = local_aws.login.ssh(local_aws.address(instance), f"nc -w 2 {second.address(there)} 22 </dev/null")
    # nc ends with 1 when it gets no connection.
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    second.stop()
    assert local_aws.ssh(instance, "echo still") == "still"


def test_fails_when_no_address_is_free_and_goes_on_when_one_is(make_local_aws, second_place):
    network = second_place.subnets()[0]
    small = make_local_aws(str(network))
    taken = []
    with pytest.raises(ClientError, match=rf"AddressLimitExceeded.*all 125 public addresses of {network} are in use"):
        for _ in range(126):
            taken.append(small.ec2.allocate_address(Domain="vpc"))
    assert len({address["PublicIp"] for address in taken}) == 125
    with pytest.raises(ClientError, match="in use"):
        small.run()
    assert list((small.home / "instances").iterdir()) == []
    small.ec2.release_address(AllocationId=taken[0]["AllocationId"])
    assert small.address(small.run()) == taken[0]["PublicIp"]
