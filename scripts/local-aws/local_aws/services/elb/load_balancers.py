"""Classic load balancers.

moto returns 300 seconds of connection draining, whatever was asked for. A new one has no health check, on which
Terraform's provider crashes, and a name in us-east-1.
"""

from typing import Any

from moto.elb.models import ELBBackend, FakeHealthCheck, LoadBalancer

from local_aws.core.operations import correction

DEFAULT_TIMEOUT_SEC = 300


def install() -> None:
    """Makes a load balancer be what AWS makes of it."""
    correction(ELBBackend, "create_load_balancer")(complete)
    correction(ELBBackend, "modify_load_balancer_attributes")(keep_timeout)


def complete(original: Any, backend: ELBBackend, *args: Any, **keywords: Any) -> LoadBalancer:
    """Gives a new load balancer a name in its region, and AWS's first health check."""
    made = original(backend, *args, **keywords)
    made.dns_name = f"{made.name}.{backend.region_name}.elb.amazonaws.com"
    made.health_check = FakeHealthCheck(
        timeout="5",
        healthy_threshold="10",
        unhealthy_threshold="2",
        interval="30",
        target=f"TCP:{made.listeners[0].instance_port}",
    )
    return made


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
