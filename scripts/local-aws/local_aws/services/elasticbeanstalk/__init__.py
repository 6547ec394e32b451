"""Elastic Beanstalk: applications, their versions, and environments. No machine runs behind an environment."""

from . import applications, configuration, environments, tags, versions


def install() -> None:
    """Puts the calls in place. Call it once."""
    for module in (applications, configuration, environments, tags, versions):
        module.install()
