"""Refuses parameters that would have no effect here, by their names."""

from local_aws.core.operations import ApiError, Call


def refuse(call: Call, operation: str, *names: str) -> None:
    """Raises ApiError with the names of those parameters that a call has."""
    given = [name for name in names if call.parameters.get(name)]
    if given:
        raise ApiError("NotImplementedByLocalAws", f"ssm:{operation} with {', '.join(given)}")
