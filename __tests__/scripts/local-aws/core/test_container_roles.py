"""The registry of containers' roles."""

from local_aws.core.container_roles import ContainerRole, register, role_of, unregister

ROLE = ContainerRole("arn:aws:iam::123456789012:role/task", "task-1", "eu-west-1")


def test_knows_a_role_until_it_is_unregistered():
    register("secret-id", ROLE)
    assert role_of("secret-id") is ROLE
    unregister("secret-id")
    assert role_of("secret-id") is None
    unregister("secret-id")
