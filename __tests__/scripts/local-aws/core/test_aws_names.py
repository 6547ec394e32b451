"""AWS's names: which are doors of its API, which are resources, and which bucket a name of S3 has."""

import pytest
from local_aws.core.aws_names import Kind, bucket_of, internal_zone, is_api_host, kind_of

API = [
    "ec2.eu-central-1.amazonaws.com", "iam.amazonaws.com", "sts.amazonaws.com", "sts.us-gov-west-1.amazonaws.com",
    "ec2.cn-north-1.amazonaws.com.cn", "ec2.eu-west-1.api.aws", "iam.global.api.aws", "iam-fips.amazonaws.com",
    "ec2-fips.us-east-1.amazonaws.com", "eu-west-1.queue.amazonaws.com", "s3.amazonaws.com",
    "123456789012.s3-control.eu-west-1.amazonaws.com", "logs.eu-west-1.s3.amazonaws.com",
    "EC2.EU-Central-1.amazonaws.com.",
]  # fmt: skip
RESOURCES = [
    "ec2-198-18-0-9.eu-central-1.compute.amazonaws.com", "ec2-198-18-0-9.compute-1.amazonaws.com",
    "front-1.eu-west-1.elb.amazonaws.com", "ip-10-0-0-4.eu-central-1.compute.internal", "ip-10-0-0-4.ec2.internal",
]  # fmt: skip
OTHERS = [
    "awscli.amazonaws.com", "amazonaws.com", "evilamazonaws.com", "s3.amazonaws.com.example.org", "deb.debian.org",
    "public.ecr.aws", "ec2.eu-central-1.example.org", "localhost", "",
]  # fmt: skip
BUCKETS = {
    "photos.s3.eu-west-1.amazonaws.com": "photos",
    "my.dotted.photos.s3.eu-west-1.amazonaws.com": "my.dotted.photos",
    "photos.s3.amazonaws.com": "photos",
    "photos.s3-eu-west-1.amazonaws.com": "photos",
    "photos.s3.dualstack.eu-west-1.amazonaws.com": "photos",
    "photos.s3-fips.us-east-1.amazonaws.com": "photos",
    "photos.s3.cn-north-1.amazonaws.com.cn": "photos",
    "photos.s3-accelerate.amazonaws.com:443": "photos",
    "s3.s3.eu-west-1.amazonaws.com": "s3",
    "eu-west-1.s3.eu-west-1.amazonaws.com": "eu-west-1",
    "s3.eu-west-1.amazonaws.com": None,
    "s3.dualstack.eu-west-1.amazonaws.com": None,
    "s3-eu-west-1.amazonaws.com": None,
    "s3.amazonaws.com": None,
    "123456789012.s3-control.eu-west-1.amazonaws.com": None,
    "ec2.eu-west-1.amazonaws.com": None,
    "photos.localhost": None,
}


@pytest.mark.parametrize(
    ("name", "kind"),
    [*((name, Kind.API) for name in API), *((name, Kind.RESOURCE) for name in RESOURCES), *((n, None) for n in OTHERS)],
)
def test_knows_what_a_name_is_for(name, kind):
    assert kind_of(name) is kind


@pytest.mark.parametrize(("host", "bucket"), BUCKETS.items())
def test_finds_the_bucket_in_a_name(host, bucket):
    assert bucket_of(host) == bucket


def test_takes_a_host_with_and_without_its_port():
    assert [is_api_host(f"iam.amazonaws.com{port}") for port in ("", ":443")] == [True, True]


@pytest.mark.parametrize("host", ["127.0.0.1:4760", "iam.amazonaws.com@example.org", "iam.amazonaws.com:443:443", ""])
def test_fails_to_take_another_host(host):
    assert not is_api_host(host)


def test_knows_the_zone_of_instances():
    assert [internal_zone(region) for region in ("us-east-1", "eu-central-1")] == [
        "ec2.internal",
        "eu-central-1.compute.internal",
    ]
