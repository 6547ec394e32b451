"""moto's dispatcher, which finds the service of a request. Here the signature alone says which."""

from typing import Any

from flask import Flask
from moto.moto_server.werkzeug_app import BackendRequest, DomainDispatcherApplication, create_backend_app

from .calls import identify

# What moto answers itself, whoever is asked. In S3 it is the key of an object.
_PATHS_OF_MOTO = ("/moto-api", "/favicon.ico", "/latest/meta-data/", "/latest/api/")


class Dispatcher(DomainDispatcherApplication):
    """Leaves requests that are signed for S3 to S3, whatever is in their paths and bodies."""

    def __init__(self) -> None:
        super().__init__(_create_app)

    def get_application(self, environ: dict[str, Any]) -> Flask:
        """As moto's, but for S3."""
        if identify(environ).service == "s3" and environ.get("PATH_INFO", "").startswith(_PATHS_OF_MOTO):
            environ = {**environ, "PATH_INFO": "/"}
        return super().get_application(environ)

    def get_backend_for_host(self, host: str | None) -> Any:
        """As moto's, which for a service that it does not know would answer with a crash."""
        backend = super().get_backend_for_host(host)
        if backend is None and host is not None:
            raise NotImplementedError(host)
        return backend


class _S3Request(BackendRequest):
    """An object may be called a form by its type, and stays bytes: moto would lose it, and take parameters from it."""

    want_form_data_parsed = False


def _create_app(service: Any) -> Flask:
    app = create_backend_app(service)
    if service == "s3":
        app.request_class = _S3Request
    return app
