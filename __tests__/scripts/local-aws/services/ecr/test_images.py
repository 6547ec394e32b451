"""Which tags move."""

from types import SimpleNamespace

import pytest
from local_aws.services.ecr.images import is_immutable


@pytest.mark.parametrize(
    ("mutability", "filters", "tag", "fixed"),
    [
        ("MUTABLE", None, "v1", False),
        ("IMMUTABLE", None, "v1", True),
        ("IMMUTABLE_WITH_EXCLUSION", ["latest", "dev-*"], "v1", True),
        ("IMMUTABLE_WITH_EXCLUSION", ["latest", "dev-*"], "latest", False),
        ("IMMUTABLE_WITH_EXCLUSION", ["latest", "dev-*"], "dev-1", False),
        ("IMMUTABLE_WITH_EXCLUSION", ["latest", "dev-*"], "my-dev-1", True),
        ("IMMUTABLE_WITH_EXCLUSION", ["v1.0"], "v1x0", True),
        ("MUTABLE_WITH_EXCLUSION", ["v*"], "v1", True),
        ("MUTABLE_WITH_EXCLUSION", ["v*"], "latest", False),
    ],
)
def test_says_whether_a_tag_never_moves(mutability, filters, tag, fixed):
    repository = SimpleNamespace(
        image_tag_mutability=mutability,
        image_tag_mutability_exclusion_filters=filters and [{"filter": each} for each in filters],
    )
    assert is_immutable(repository, tag) is fixed
