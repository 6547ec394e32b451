"""Joins the core, the services and the machines. Only the command line imports this module."""

import os
import sys
from ipaddress import IPv4Network
from pathlib import Path

from .core import ignored_parameters, server
from .core.home import Home
from .core.operations import corrections_on_top
from .services import (
    autoscaling,
    cloudwatch,
    dlm,
    ds,
    ec2,
    ecr,
    ecs,
    efs,
    elasticbeanstalk,
    elb,
    elbv2,
    emr,
    events,
    iam,
    kms,
    logs,
    s3,
    secretsmanager,
    sns,
    sqs,
    ssm,
    sts,
    workspaces,
)

# No service corrects a method of another one: the order has no effect.
SERVICES = (
    autoscaling,
    cloudwatch,
    dlm,
    ds,
    ec2,
    ecr,
    ecs,
    efs,
    elasticbeanstalk,
    elb,
    elbv2,
    emr,
    events,
    iam,
    kms,
    logs,
    s3,
    secretsmanager,
    sns,
    sqs,
    ssm,
    sts,
    workspaces,
)


def serve(home: Home, port: int, network: IPv4Network, base_image: Path | None) -> None:
    """Serves the API, and machines too where there is a base image, Linux and root. Raises LocalAwsError."""

    def prepare(folder: Path) -> server.Machines | None:
        ignored_parameters.install()
        for service in SERVICES:
            service.install()
        ecr.attach(folder)
        sns.attach(folder / "mail")
        return _attach_machines(folder, network, base_image)

    server.serve(home, port, network, prepare)


def clean(home: Home) -> None:
    """Removes everything of a local AWS that does not run. Raises LocalAwsError."""
    server.clean(home, _clean_up)


def _attach_machines(folder: Path, network: IPv4Network, base_image: Path | None) -> server.Machines | None:
    if base_image is None:
        return None
    if not _can_have_machines():
        print("machines need Linux and root: serving the API only", file=sys.stderr, flush=True)
        return None
    # Not at the top: only Linux has the signals that it uses.
    from .services.ec2 import machines

    # Machines act before or after a call of EC2, on top of what corrects the call itself.
    with corrections_on_top():
        attached = machines.attach(folder, network, base_image)
    attached.resumers += [ssm.attach(attached.fleet), ecs.attach(attached.fleet)]
    return attached


def _clean_up(folder: Path) -> None:
    if _can_have_machines():
        from .host import clean_up

        clean_up.clean_up(folder)
        clean_up.require_nothing_mounted(folder)


def _can_have_machines() -> bool:
    return sys.platform == "linux" and os.geteuid() == 0
