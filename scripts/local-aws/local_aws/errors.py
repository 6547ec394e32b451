"""What a user of the local AWS can do wrong, told in one sentence."""


class LocalAwsError(Exception):
    """A problem that the user can mend: its text says what, where and the way out, and the command exits with 1."""
