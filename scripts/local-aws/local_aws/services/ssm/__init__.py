"""SSM: public parameters, managed nodes, Run Command, State Manager, and sessions that forward ports."""

from collections.abc import Callable

from local_aws.core.background import background

from . import (
    association_executions,
    associations,
    commands,
    debian_parameters,
    documents,
    invocations,
    jobs,
    nodes,
    public_parameters,
    session_door,
    sessions,
)
from .fleet import Fleet


def install() -> None:
    """Puts the corrections in place. Call it once."""
    for module in (
        debian_parameters, public_parameters, documents, nodes, commands, invocations, associations,
        association_executions, sessions,
    ):  # fmt: skip
        module.install()


def attach(fleet: Fleet) -> Callable[[], None]:
    """Lets Systems Manager reach machines. Returns what begins it: call it while you may change the loaded state."""
    jobs.attach(fleet)

    def resume() -> None:
        jobs.resume()
        sessions.attach(session_door.Door(fleet, background.change))
        nodes.NodeWatch(fleet, associations.apply_to_new_nodes).start()

    return resume
