"""Which architectures an instance type has: a rule of names, without moto.

Source: https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html (read 2026-11): the letter after
the generation is the processor's family, and g is Graviton.
"""

import re

_GRAVITON = re.compile(r"a1\.|[a-z]+\d+g")
_MAC = re.compile(r"mac")


def architectures(instance_type: str) -> tuple[str, ...]:
    """Returns the architectures of images that a type boots, or nothing for a Mac, whose rule is another one."""
    if _MAC.match(instance_type):
        return ()
    return ("arm64",) if _GRAVITON.match(instance_type) else ("i386", "x86_64")
