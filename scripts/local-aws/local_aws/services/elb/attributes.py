"""Attributes of classic load balancers. moto returns 300 seconds of connection draining, whatever was asked for."""

from typing import Any

from moto.elb.models import ELBBackend

from local_aws.core.operations import correction

DEFAULT_TIMEOUT_SEC = 300


def install() -> None:
    """Makes moto keep the timeout."""
    correction(ELBBackend, "modify_load_balancer_attributes")(keep_timeout)


def keep_timeout(
    original: Any,
    backend: ELBBackend,
    load_balancer_name: str,
    *args: Any,
    connection_draining: Any = None,
    **keywords: Any,
) -> None:
    """Sets the timeout that the request has, or keeps the one before."""
    if args or keywords or not connection_draining:
        original(backend, load_balancer_name, *args, **keywords)
    if connection_draining:
        attributes = backend.get_load_balancer(load_balancer_name).attributes
        before = attributes["connection_draining"].get("Timeout", DEFAULT_TIMEOUT_SEC)
        attributes["connection_draining"] = {
            "Enabled": connection_draining.get("Enabled", False),
            "Timeout": int(connection_draining.get("Timeout") or before),
        }
