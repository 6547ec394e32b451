"""STS: sessions whose keys sign requests."""

from . import issued_sessions, session_calls


def install() -> None:
    """Puts the corrections in place. Call it once."""
    for module in (session_calls, issued_sessions):
        module.install()
