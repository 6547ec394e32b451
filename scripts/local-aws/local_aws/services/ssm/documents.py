"""SSM: a public parameter that holds a document is JSON text, which moto gives as Python's own text of it.

Without this `jsondecode` of `/aws/service/ecs/optimized-ami/*/recommended` fails.
"""

import json
from typing import Any

from moto.ssm.models import Parameter

from local_aws.core.operations import correction


@correction(Parameter, "response_object")
def tell_documents_as_json(original: Any, parameter: Parameter, *args: Any, **keywords: Any) -> dict[str, Any]:
    """Turns a document into text."""
    told = original(parameter, *args, **keywords)
    if isinstance(told.get("Value"), dict):
        told["Value"] = json.dumps(told["Value"])
    return told
