"""What the API's addresses serve beside the calls of AWS's API, such as a registry of container images.

A service registers it. Neither a request nor an answer of it is in memory as a whole, since they may be large.
"""

from collections.abc import Callable
from wsgiref.types import WSGIApplication, WSGIEnvironment

Belongs = Callable[[WSGIEnvironment], bool]
_streams: list[tuple[Belongs, WSGIApplication]] = []


def add_stream(belongs: Belongs, application: WSGIApplication) -> None:
    """Lets an application answer the requests that belong to it. They need no signature of AWS's.

    `belongs` gets a request whose body has not been read yet. The application may be called by several threads at
    once, and while the state changes.
    """
    _streams.append((belongs, application))


def stream_for(environ: WSGIEnvironment) -> WSGIApplication | None:
    """Returns the application that a request belongs to. None: it is a call of AWS's API."""
    return next((application for belongs, application in _streams if belongs(environ)), None)
