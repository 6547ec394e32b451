"""Accounts for tests that call the local AWS's code in their own process, where accounts outlive a test."""

import itertools

_NUMBERS = itertools.count(1)


def new_account() -> str:
    """Returns the number of an account that no other test of this process has."""
    return f"{next(_NUMBERS):012d}"
