"""The roles of containers. A service that runs containers registers them, and machines fetch their credentials.

The id is a secret: whoever knows it gets the credentials, as on AWS, where the agent puts it into the variable
AWS_CONTAINER_CREDENTIALS_RELATIVE_URI of the container.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class ContainerRole:
    """The role of a container. On ECS, `session_name` is the id of the task."""

    role_arn: str
    session_name: str
    region: str


_roles: dict[str, ContainerRole] = {}


def register(credentials_id: str, role: ContainerRole) -> None:
    """Gives out credentials of a role at `/v2/credentials/<credentials_id>`."""
    _roles[credentials_id] = role


def unregister(credentials_id: str) -> None:
    """Gives out no more credentials for an id."""
    _roles.pop(credentials_id, None)


def role_of(credentials_id: str) -> ContainerRole | None:
    """Returns the role that is registered for an id."""
    return _roles.get(credentials_id)
