"""What moto lacks or gets wrong for the stacks, one service a file; importing a file puts its corrections in place."""

import importlib
import os
import pkgutil


def install() -> None:
    """Puts every supplement in place; a second call changes nothing."""
    # moto reads this when an account is first used: without it AWS's own managed policies do not exist.
    os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
