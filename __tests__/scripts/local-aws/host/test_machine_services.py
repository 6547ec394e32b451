"""The services that machines reach: metadata, names, credentials, and AWS's API by its own names."""

import contextlib
import json
import subprocess
from ipaddress import IPv4Network
from pathlib import Path

import boto3
import botocore
import pytest
from botocore.exceptions import ClientError
from local_aws.host.addresses import LINK_LOCAL_SERVICES, AddressPlan
from local_aws.host.names import Names
from local_aws.host.network import INTERFACE
from local_aws.host.services_namespace import INTERFACE as OF_SERVICES
from signing import client_with, credentials_of, keywords_of

REGION = "eu-central-1"
METADATA = "http://169.254.169.254"
TRUST = (
    '{"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "ec2.amazonaws.com"}}]}'
)
FETCH_TOKEN = f"curl -s -f -m 60 -X PUT -H 'X-aws-ec2-metadata-token-ttl-seconds: 60' {METADATA}/latest/api/token"
# Pure Python, so that a machine's own Python runs them. Of botocore's descriptions, those that the tests use.
PACKAGES = ("boto3", "s3transfer", "jmespath", "dateutil", "six.py", "urllib3", "certifi")
DESCRIBED = ("ec2", "s3", "ssm", "sts", "iam")


def ip(*words):
    return subprocess.run(["ip", *words], capture_output=True, text=True, check=True).stdout


def within(namespace, *words):
    return subprocess.run(["ip", "netns", "exec", namespace, *words], capture_output=True, text=True, check=False)


def client(local_aws, service):
    url = f"http://127.0.0.1:{local_aws.port}"
    return boto3.client(service, endpoint_url=url, region_name=REGION, **keywords_of(local_aws.home))


@pytest.fixture(scope="module")
def profile(local_aws):
    """An instance profile with the role `reader`."""
    iam = client(local_aws, "iam")
    for role in ("reader", "writer"):
        iam.create_role(RoleName=role, AssumeRolePolicyDocument=TRUST)
    iam.create_instance_profile(InstanceProfileName="machine")
    iam.add_role_to_instance_profile(InstanceProfileName="machine", RoleName="reader")
    return "machine"


@pytest.fixture(scope="module")
def machine(local_aws, profile):
    """A machine with a role, tags and user data, and with AWS's SDK for Python."""
    made = local_aws.run(
        IamInstanceProfile={"Name": profile},
        MetadataOptions={"InstanceMetadataTags": "enabled"},
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "web"}]}],
        UserData="#!/bin/sh\ntouch /ran\n",
    )
    install_sdk(local_aws, made)
    return made


def install_sdk(local_aws, instance):
    packages = Path(botocore.__file__).parents[1]
    data = [file for file in (packages / "botocore/data").iterdir() if file.is_file() or file.name in DESCRIBED]
    others = [file for file in (packages / "botocore").iterdir() if file.name != "data"]
    files = [str(file.relative_to(packages)) for file in [*data, *others, *(packages / name for name in PACKAGES)]]
    packed = subprocess.run(["tar", "-c", "-C", packages, *files], capture_output=True, check=True).stdout
    login = local_aws.login
    words = ["ssh", "-i", str(login.private), "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
    words += ["-o", "LogLevel=ERROR", f"admin@{local_aws.address(instance)}", "mkdir sdk && tar -x -C sdk"]
    subprocess.run(words, input=packed, check=True)


def python(local_aws, instance, code):
    """Runs Python with AWS's SDK on a machine, and returns what it prints as JSON."""
    return json.loads(local_aws.ssh(instance, f"PYTHONPATH=sdk python3 - <<'END'\n{code}\nEND"))


def read(local_aws, instance, path):
    """Reads metadata as IMDSv2 has it. Fails unless the answer is 200."""
    return local_aws.ssh(
        instance, f'curl -s -f -m 60 -H "X-aws-ec2-metadata-token: $({FETCH_TOKEN})" {METADATA}/latest/{path}'
    )


def status(local_aws, instance, path, *options):
    command = f"curl -s -m 60 -o /dev/null -w '%{{http_code}}' {' '.join(options)} {METADATA}/latest/{path}"
    return local_aws.ssh(instance, command)


def modify(local_aws, instance, **options):
    local_aws.ec2.modify_instance_metadata_options(InstanceId=instance, **options)


def test_a_machine_reads_what_ec2_says_of_it(local_aws, machine):
    told = local_aws.describe(machine)
    mac = told["NetworkInterfaces"][0]["MacAddress"]
    expected = {
        "instance-id": machine,
        "ami-id": told["ImageId"],
        "instance-type": "t3.micro",
        "local-ipv4": told["PrivateIpAddress"],
        "public-ipv4": told["PublicIpAddress"],
        "local-hostname": told["PrivateDnsName"],
        "public-hostname": told["PublicDnsName"],
        "mac": mac,
        "placement/availability-zone": told["Placement"]["AvailabilityZone"],
        "placement/region": REGION,
        "security-groups": "default",
        f"network/interfaces/macs/{mac}/vpc-id": told["VpcId"],
        f"network/interfaces/macs/{mac}/subnet-id": told["SubnetId"],
        "block-device-mapping/root": told["RootDeviceName"],
        "public-keys": "0=tests",
        "public-keys/0/openssh-key": local_aws.login.public.strip(),
        "tags/instance/Name": "web",
        "services/domain": "amazonaws.com",
        "services/partition": "aws",
    }
    assert {path: read(local_aws, machine, f"meta-data/{path}") for path in expected} == expected
    assert read(local_aws, machine, "user-data") == "#!/bin/sh\ntouch /ran"
    document = json.loads(read(local_aws, machine, "dynamic/instance-identity/document"))
    assert (document["instanceId"], document["region"]) == (machine, REGION)
    assert status(local_aws, machine, "dynamic/instance-identity/pkcs7") == "404"


def test_every_name_in_the_lists_can_be_read(local_aws, machine):
    walk = """
    import urllib.request
    def read(path):
        return urllib.request.urlopen("http://169.254.169.254/latest/" + path, timeout=60).read().decode()
    def walk(path):
        for name in read(path).splitlines():
            below = path + name.partition("=")[0]
            if name.endswith("/") or "=" in name:
                yield from walk(below.rstrip("/") + "/")
            else:
                yield below, len(read(below)) > 0
    import json; print(json.dumps(dict(walk("meta-data/"))))
    """
    found = python(local_aws, machine, "\n".join(line[4:] for line in walk.splitlines()))
    assert {"meta-data/iam/security-credentials/reader", "meta-data/public-keys/0/openssh-key"} <= set(found)
    assert set(found.values()) == {True}


def test_tags_and_options_that_change_later_show(local_aws, machine):
    local_aws.ec2.create_tags(Resources=[machine], Tags=[{"Key": "Late", "Value": "yes"}])
    assert read(local_aws, machine, "meta-data/tags/instance").splitlines() == ["Name", "Late"]
    with pytest.raises(ClientError, match=r"InvalidParameterValue.*'a/b' is not a valid tag key"):
        local_aws.ec2.create_tags(Resources=[machine], Tags=[{"Key": "a/b", "Value": ""}])
    modify(local_aws, machine, InstanceMetadataTags="disabled")
    assert status(local_aws, machine, "meta-data/tags/instance") == "404"
    modify(local_aws, machine, HttpTokens="required")
    assert status(local_aws, machine, "meta-data/instance-id") == "401"
    assert read(local_aws, machine, "meta-data/instance-id") == machine
    modify(local_aws, machine, HttpEndpoint="disabled")
    assert status(local_aws, machine, "meta-data/instance-id") == "403"
    modify(local_aws, machine, HttpEndpoint="enabled", HttpTokens="optional", InstanceMetadataTags="enabled")
    assert status(local_aws, machine, "meta-data/instance-id") == "200"


def test_fails_with_a_token_of_another_machine(local_aws, instance, machine):
    token = local_aws.ssh(instance, FETCH_TOKEN)
    header = f"-H 'X-aws-ec2-metadata-token: {token}'"
    assert status(local_aws, instance, "meta-data/instance-id", header) == "200"
    assert status(local_aws, machine, "meta-data/instance-id", header) == "401"


def test_a_container_on_a_machine_gets_a_token_only_within_the_hop_limit(local_aws, machine):
    own, inner = (Names.of(local_aws.home).namespace(name) for name in (machine, "inner"))
    ip("netns", "add", inner)
    ip("-n", own, "link", "add", "inner0", "type", "veth", "peer", "name", "eth0", "netns", inner)
    ip("-n", own, "addr", "add", "10.99.0.1/24", "dev", "inner0")
    ip("-n", own, "link", "set", "inner0", "up")
    within(own, "sysctl", "-qw", "net.ipv4.ip_forward=1").check_returncode()
    within(own, "iptables", "-t", "nat", "-A", "POSTROUTING", "-s", "10.99.0.0/24", "-j", "MASQUERADE")
    ip("-n", inner, "addr", "add", "10.99.0.2/24", "dev", "eth0")
    ip("-n", inner, "link", "set", "eth0", "up")
    ip("-n", inner, "route", "add", "default", "via", "10.99.0.1")
    ask = ["curl", "-s", "-f", "-m", "3"]
    put = [*ask, "-X", "PUT", "-H", "X-aws-ec2-metadata-token-ttl-seconds: 60", f"{METADATA}/latest/api/token"]
    # The way is there: without a token, the container reads.
    assert within(inner, *ask, f"{METADATA}/latest/meta-data/instance-id").stdout == machine
    # curl ends with 28 when the time is over.
    assert (within(inner, *put).returncode, within(own, *put).returncode) == (28, 0)
    modify(local_aws, machine, HttpPutResponseHopLimit=2)
    token = within(inner, *put).stdout
    with_token = [*ask, "-H", f"X-aws-ec2-metadata-token: {token}"]
    assert within(inner, *with_token, f"{METADATA}/latest/meta-data/instance-id").stdout == machine
    modify(local_aws, machine, HttpPutResponseHopLimit=1)
    ip("netns", "delete", inner)


@pytest.mark.parametrize("forged", ["address", "hardware address"])
def test_fails_to_get_another_machine_s_metadata_with_its_addresses(local_aws, forged):
    attacker, victim = local_aws.run(), local_aws.run()
    names, told = Names.of(local_aws.home), local_aws.describe(victim)
    address, mac = told["PrivateIpAddress"], told["NetworkInterfaces"][0]["MacAddress"]
    # The victim is silent, so that nobody but the attacker answers for its address.
    ip("-n", names.namespace(victim), "addr", "del", f"{address}/32", "dev", INTERFACE)
    ip("-n", names.namespace(attacker), "addr", "add", f"{address}/32", "dev", INTERFACE)
    if forged == "hardware address":
        ip("-n", names.namespace(attacker), "link", "set", INTERFACE, "address", mac)
    ask = ["curl", "-s", "-m", "3", "--interface", address, f"{METADATA}/latest/meta-data/instance-id"]
    assert within(names.namespace(attacker), *ask).stdout == ""
    # Without the control it gets them.
    if forged == "hardware address":
        cable = names.cable(victim)
        subprocess.run(["bridge", "fdb", "del", mac, "dev", cable, "master"], check=True)
        ip("link", "set", "dev", names.cable(attacker), "type", "bridge_slave", "learning", "on")
    else:
        ip("-n", names.services_namespace, "neigh", "del", address, "dev", OF_SERVICES)
    local_aws.until(lambda: within(names.namespace(attacker), *ask).stdout == victim, limit_sec=60)
    local_aws.ec2.terminate_instances(InstanceIds=[attacker, victim])


def test_this_host_has_none_of_the_services_addresses(local_aws, machine):
    addresses = [info["local"] for link in json.loads(ip("-json", "addr")) for info in link.get("addr_info", [])]
    assert set(addresses) & {*LINK_LOCAL_SERVICES, str(AddressPlan(IPv4Network(local_aws.network)).api)} == set()
    bridge = Names.of(local_aws.home).bridge
    for service in LINK_LOCAL_SERVICES:
        with contextlib.suppress(subprocess.CalledProcessError):  # it has no route there at all
            assert f"dev {bridge}" not in ip("route", "get", service)


def test_the_role_s_keys_sign_and_stay_the_same_also_after_a_restart(local_aws, machine):
    path = "meta-data/iam/security-credentials/reader"
    first = json.loads(read(local_aws, machine, path))
    assert (first["Code"], first["Type"]) == ("Success", "AWS-HMAC")
    assert json.loads(read(local_aws, machine, path)) == first
    local_aws.kill()
    local_aws.start()
    local_aws.wait_for_ssh(machine)
    assert json.loads(read(local_aws, machine, path)) == first
    caller = python(
        local_aws, machine, "import boto3, json; print(json.dumps(boto3.client('sts').get_caller_identity()['Arn']))"
    )
    assert caller == f"arn:aws:sts::123456789012:assumed-role/reader/{machine}"


def test_a_role_that_changes_later_shows(local_aws, machine, profile):
    iam = client(local_aws, "iam")
    iam.remove_role_from_instance_profile(InstanceProfileName=profile, RoleName="reader")
    assert status(local_aws, machine, "meta-data/iam/security-credentials/") == "404"
    iam.add_role_to_instance_profile(InstanceProfileName=profile, RoleName="writer")
    assert read(local_aws, machine, "meta-data/iam/security-credentials/") == "writer"
    iam.remove_role_from_instance_profile(InstanceProfileName=profile, RoleName="writer")
    iam.add_role_to_instance_profile(InstanceProfileName=profile, RoleName="reader")


def test_the_role_reads_a_parameter_and_does_not_find_another_account_s(local_aws, machine):
    ssm, sts = client(local_aws, "ssm"), client(local_aws, "sts")
    ssm.put_parameter(Name="/own", Value="mine", Type="String")
    role = sts.assume_role(RoleArn="arn:aws:iam::210987654321:role/other", RoleSessionName="other")["Credentials"]
    local_aws.url = f"http://127.0.0.1:{local_aws.port}"
    elsewhere = client_with(local_aws, "ssm", credentials_of(role), region_name=REGION)
    elsewhere.put_parameter(Name="/other", Value="theirs", Type="String")
    code = f"""
import boto3, json
ssm = boto3.client("ssm", region_name="{REGION}")
found = ssm.get_parameters(Names=["/own", "/other"])
print(json.dumps([[each["Value"] for each in found["Parameters"]], found["InvalidParameters"]]))
"""
    assert python(local_aws, machine, code) == [["mine"], ["/other"]]


def test_aws_s_sdk_reaches_the_api_by_aws_s_own_names(local_aws, machine):
    code = f"""
import boto3, json
from botocore.config import Config
config = [{{}}, {{"use_dualstack_endpoint": True}}, {{"use_fips_endpoint": True}}]
clients = [boto3.client("ec2", region_name="us-east-1", config=Config(**each)) for each in config]
clients += [boto3.client("ec2", region_name="cn-north-1"), boto3.client("ec2", region_name="{REGION}")]
print(json.dumps({{each.meta.endpoint_url: len(each.describe_instances()["Reservations"]) for each in clients}}))
"""
    told = python(local_aws, machine, code)
    own = f"https://ec2.{REGION}.amazonaws.com"
    assert told.pop(own) > 0
    assert told == {
        "https://ec2.us-east-1.amazonaws.com": 0,
        "https://ec2.us-east-1.api.aws": 0,
        "https://ec2-fips.us-east-1.amazonaws.com": 0,
        "https://ec2.cn-north-1.amazonaws.com.cn": 0,
    }
    # Global names, too: IAM's region is none, and S3's of us-east-1 is the old one.
    code = """
import boto3, json
iam, s3 = boto3.client("iam"), boto3.client("s3", region_name="us-east-1")
iam.get_role(RoleName="reader"); s3.list_buckets()
print(json.dumps([iam.meta.endpoint_url, s3.meta.endpoint_url]))
"""
    assert python(local_aws, machine, code) == ["https://iam.amazonaws.com", "https://s3.amazonaws.com"]


@pytest.mark.parametrize("bucket", ["plain-photos", "dotted.photos.example"])
def test_buckets_are_found_in_names_and_signatures_are_checked(local_aws, machine, bucket):
    code = f"""
import boto3, json, urllib.error, urllib.request
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
s3 = boto3.client("s3", region_name="{REGION}")
s3.create_bucket(Bucket="{bucket}", CreateBucketConfiguration={{"LocationConstraint": "{REGION}"}})
s3.put_object(Bucket="{bucket}", Key="a b/ä", Body=b"picture")
# boto3 puts no bucket with dots into a host. Other programs do.
request = AWSRequest("GET", "https://{bucket}.s3.{REGION}.amazonaws.com/a%20b/%C3%A4")
S3SigV4QueryAuth(boto3.Session().get_credentials().get_frozen_credentials(), "s3", "{REGION}").add_auth(request)
found = [urllib.request.urlopen(request.url, timeout=60).read().decode()]
for wrong in (request.url.replace("%C3%A4", "other"), request.url.partition("?")[0]):
    try:
        urllib.request.urlopen(wrong, timeout=60)
    except urllib.error.HTTPError as error:
        found.append(error.code)
print(json.dumps(found))
"""
    assert python(local_aws, machine, code) == ["picture", 403, 403]


def test_only_names_of_aws_s_api_are_served_and_only_with_tls(local_aws, machine):
    api = str(AddressPlan(IPv4Network(local_aws.network)).api)
    curl = f"curl -s -m 60 -o /dev/null -w '%{{http_code}} %{{exitcode}}' --connect-to ::{api}:443"
    known = f"{curl} https://ec2.{REGION}.amazonaws.com/ || true"
    assert local_aws.ssh(machine, known) == "403 0"
    # The name is not one of the certificate authority's. curl ends with 35.
    assert local_aws.ssh(machine, f"{curl} https://example.org/ || true") == "000 35"
    # The host is not the one of the connection: refused before anything is looked up.
    other = f"curl -s -m 60 -H 'Host: 127.0.0.1' https://ec2.{REGION}.amazonaws.com/_local-aws/health"
    assert "expected the host a name of AWS" in local_aws.ssh(machine, other)
    # curl ends with 7 when nobody listens.
    assert local_aws.ssh(machine, f"curl -s -m 60 http://ec2.{REGION}.amazonaws.com/ || echo $?") == "7"


def test_names_are_answered_over_udp_and_tcp(local_aws, instance, machine):
    told, api = local_aws.describe(instance), str(AddressPlan(IPv4Network(local_aws.network)).api)
    for options in ("", "RES_OPTIONS=use-vc "):
        look = f"{options}getent ahostsv4"
        for name, address in (
            (f"sts.{REGION}.amazonaws.com", api),
            (told["PrivateDnsName"], told["PrivateIpAddress"]),
            (told["PrivateDnsName"].partition(".")[0], told["PrivateIpAddress"]),
            (told["PublicDnsName"], told["PublicIpAddress"]),
        ):
            assert local_aws.ssh(machine, f"{look} {name}").split()[0] == address
        # getent ends with 2 when nobody has the name.
        assert local_aws.ssh(machine, f"{look} ip-10-1-2-3.{REGION}.compute.internal || echo $?") == "2"


def test_programs_that_sudo_and_systemd_run_trust_the_authority_too(local_aws, machine):
    expected = "AWS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt"
    for command in ("env", "sudo env", "sudo systemd-run -q --wait --pipe env"):
        assert expected in local_aws.ssh(machine, command).splitlines()
