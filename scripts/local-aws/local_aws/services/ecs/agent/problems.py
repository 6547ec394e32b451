"""Why a container or a task did not start, in the words of AWS's agent."""

from moto.core.exceptions import JsonRESTError, ServiceException


class ContainerProblem(Exception):
    """A container that cannot be had: the name of the problem, and its reason."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")


class TaskProblem(Exception):
    """A task that cannot begin, such as one whose secrets cannot be read."""


def said(error: JsonRESTError | ServiceException) -> str:
    """Returns an error of moto as AWS's SDKs print it."""
    code = error.error_type if isinstance(error, JsonRESTError) else error.code
    return f"{code}: {error.message}"
