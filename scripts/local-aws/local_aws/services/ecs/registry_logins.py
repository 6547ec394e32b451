"""The passwords of ECR's registries, which agents pull images with."""


def password_of(account: str, region: str) -> str:
    """Returns the password of the registry of an account in a region, for the user AWS."""
    return f"{account}-auth-token"
