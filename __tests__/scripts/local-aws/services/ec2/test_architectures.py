"""The architectures of instance types."""

from local_aws.services.ec2.architectures import architectures
from moto.ec2.models.instance_types import INSTANCE_TYPES


def test_the_rule_agrees_with_every_type_that_moto_knows():
    wrong = {
        name: kind["ProcessorInfo"]["SupportedArchitectures"]
        for name, kind in INSTANCE_TYPES.items()
        if architectures(name) and not set(kind["ProcessorInfo"]["SupportedArchitectures"]) <= set(architectures(name))
    }
    assert (wrong, len(INSTANCE_TYPES) > 1000) == ({}, True)


def test_a_mac_has_a_rule_of_its_own():
    assert architectures("mac2.metal") == ()
