"""Public parameters that hold a document. AWS returns JSON text; moto returns Python's text of a dictionary.

`jsondecode` of `/aws/service/ecs/optimized-ami/*/recommended` would fail.
"""

import json
from typing import Any

from moto.ssm.models import Parameter

from local_aws.core.ignored_parameters import may_be_ignored
from local_aws.core.operations import correction


def install() -> None:
    """Makes moto return documents as JSON."""
    # There is one type of permission: to share.
    may_be_ignored("ssm", "DescribeDocumentPermission", "PermissionType")
    correction(Parameter, "response_object")(return_documents_as_json)


def return_documents_as_json(original: Any, parameter: Parameter, *args: Any, **keywords: Any) -> dict[str, Any]:
    """Turns a document into text."""
    told = original(parameter, *args, **keywords)
    if isinstance(told.get("Value"), dict):
        told["Value"] = json.dumps(told["Value"])
    return told
