"""AWS's own names: which host names are doors of AWS's API, which are names of resources, and S3's names of buckets.

botocore knows AWS's partitions, with the suffixes of their names and the form of their regions.
"""

import re
from enum import Enum, auto
from functools import cache

from botocore.session import get_session

# Private names of instances, on AWS in every VPC.
INTERNAL_ZONES = ("compute.internal", "ec2.internal")
_PORT = re.compile(r":\d{1,5}$")
# `s3.dualstack`, `s3-fips`, `s3-accelerate` and `s3-external-1` are S3. `s3-control` and `s3-accesspoint` are not.
_S3_LABEL = re.compile(r"s3(-fips|-accelerate|-external-1)?")


class Kind(Enum):
    """What a name of AWS's is for."""

    API = auto()
    # Of an instance, a load balancer, a database. Where nothing has the name, it does not exist.
    RESOURCE = auto()


def kind_of(name: str) -> Kind | None:
    """Returns what a host name is for. None: it is not AWS's, or a web page's such as `awscli.amazonaws.com`."""
    name = name.lower().rstrip(".")
    if _is_below(name, INTERNAL_ZONES):
        return Kind.RESOURCE
    labels = _labels(name)
    if not labels:
        return None
    if _names_region(labels[-1]) or _is_s3(labels[-1]) or (len(labels) == 2 and _names_region(labels[0])):
        return Kind.API
    # A resource has its region before its service: name-1.eu-west-1.elb.amazonaws.com.
    if labels[-1] in ("compute", "compute-1") or any(map(_names_region, labels)):
        return Kind.RESOURCE
    return Kind.API if labels[-1] in _global_labels() else None


def is_api_host(host: str) -> bool:
    """Says whether the header Host names a door of AWS's API."""
    return kind_of(_PORT.sub("", host)) is Kind.API


def bucket_of(host: str) -> str | None:
    """Returns the bucket in a virtual-hosted name of S3, which may contain dots. None: the name has no bucket."""
    labels = _labels(_PORT.sub("", host.lower()))
    while labels and (_names_region(labels[-1]) or labels[-1] == "dualstack") and not _is_s3(labels[-1]):
        labels.pop()
    return ".".join(labels[:-1]) or None if labels and _is_s3(labels[-1]) else None


@cache
def suffixes() -> tuple[str, ...]:
    """Returns the suffixes of AWS's names, such as amazonaws.com, the longest first."""
    outputs = [partition["outputs"] for partition in get_session().get_data("partitions")["partitions"]]
    found = {output[name] for output in outputs for name in ("dnsSuffix", "dualStackDnsSuffix")}
    return tuple(sorted(found, key=lambda suffix: (-len(suffix), suffix)))


def internal_zone(region: str) -> str:
    """Returns the zone of the private names of instances in a region."""
    return "ec2.internal" if region == "us-east-1" else f"{region}.compute.internal"


def _labels(name: str) -> list[str]:
    suffix = next((suffix for suffix in suffixes() if name.endswith(f".{suffix}")), None)
    return name.removesuffix(f".{suffix}").split(".") if suffix else []


def _is_below(name: str, zones: tuple[str, ...]) -> bool:
    return any(name.endswith(f".{zone}") for zone in zones)


def _names_region(label: str) -> bool:
    return _regions().fullmatch(label) is not None


def _is_s3(label: str) -> bool:
    # Old names of S3 have the region in the same label: s3-eu-west-1.
    return _S3_LABEL.fullmatch(label) is not None or (label.startswith("s3-") and _names_region(label[3:]))


@cache
def _regions() -> re.Pattern[str]:
    patterns = [
        partition["regionRegex"].strip("^$") for partition in get_session().get_data("partitions")["partitions"]
    ]
    return re.compile(rf"(s3-)?({'|'.join(patterns)})")


@cache
def _global_labels() -> frozenset[str]:
    partitions = get_session().get_data("endpoints")["partitions"]
    names = {name for partition in partitions for name in partition["services"]}
    return frozenset({"global", *names, *(f"{name}-fips" for name in names)})
