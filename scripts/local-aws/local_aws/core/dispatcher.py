"""moto's dispatcher, which finds the service of a request. Here the signature alone decides.

moto has pages that AWS has not: an API of its own, which reads and empties everything, and metadata of no instance.
"""

from typing import Any

from flask import Flask
from moto.moto_server.werkzeug_app import BackendRequest, DomainDispatcherApplication, create_backend_app

from .calls import ApiCall, identify

# Empties everything.
RESET_PATH = "/moto-api/reset"
# moto answers these paths itself, for every service. In S3 they are keys of objects.
_PATHS_OF_MOTO = ("/moto-api", "/favicon.ico", "/latest/meta-data/", "/latest/api/")


def is_page_of_moto(call: ApiCall) -> bool:
    """Says whether moto would answer a request with a page of its own."""
    return call.service != "s3" and call.path.startswith(_PATHS_OF_MOTO)


class Dispatcher(DomainDispatcherApplication):
    """Gives S3 every request that is signed for S3, whatever its path and body contain."""

    def __init__(self) -> None:
        super().__init__(_create_app)

    def get_application(self, environ: dict[str, Any]) -> Flask:
        """Hides the paths that moto answers itself from a request to S3."""
        if identify(environ).service == "s3" and environ.get("PATH_INFO", "").startswith(_PATHS_OF_MOTO):
            environ = {**environ, "PATH_INFO": "/"}
        return super().get_application(environ)

    def get_backend_for_host(self, host: str | None) -> Any:
        """Fails with NotImplementedError for a service that moto does not know. moto would crash."""
        backend = super().get_backend_for_host(host)
        if backend is None and host is not None:
            raise NotImplementedError(host)
        return backend


class _S3Request(BackendRequest):
    """Leaves the body of an object as bytes. moto would parse a form, lose the body, and take parameters from it."""

    want_form_data_parsed = False


def _create_app(service: Any) -> Flask:
    app = create_backend_app(service)
    if service == "s3":
        app.request_class = _S3Request
    return app
