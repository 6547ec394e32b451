"""What EBS allows a volume to be."""

import pytest
from local_aws.services.ec2.ebs_limits import problems


@pytest.mark.parametrize(
    ("volume", "codes"),
    [
        (("gp3", 10, None, None), []),
        (("gp3", 6, 3000, 750), []),
        (("gp3", 160, 80000, 2000), []),
        (("gp3", 159, 80000, 2000), ["InvalidParameterCombination"]),
        (("gp3", 0, 2999, 2001), ["InvalidParameterValue"] * 3 + ["InvalidParameterCombination"]),
        (("io2", 4, 4001, None), ["InvalidParameterCombination"]),
        (("standard", 1025, None, None), ["InvalidParameterValue"]),
    ],
)
def test_ebs_refuses_numbers_that_do_not_fit(volume, codes):
    assert [code for code, _message in problems(*volume)] == codes
