"""The scheduler: a thread that gives each service its tasks, ends its deployments, and watches the machines."""

import contextlib
import datetime
import threading
import traceback

from moto.core.base_backend import BaseBackend
from moto.ec2.models import ec2_backends
from moto.ecs.models import ecs_backends

from local_aws.core.background import Ending, background

from . import container_instances, service_states, task_records
from .deployments import moment
from .records import INSTANCES, SERVICES, TASKS, kept, tasks_on, touch
from .service_steps import look_at

LOOK_INTERVAL_SEC = 0.25
# As on AWS.
KEPT = datetime.timedelta(hours=1)
_STOP_REASON = "Host EC2 (instance {}) {}."


class Scheduler:
    """The thread. One for all accounts and regions."""

    def start(self) -> None:
        """Begins to look at all services four times a second."""
        threading.Thread(target=self._run, name="ecs scheduler", daemon=True).start()

    def _run(self) -> None:
        with contextlib.suppress(Ending):
            while True:
                for regions in list(ecs_backends.values()):
                    for backend in list(regions.values()):
                        self._look(backend)
                background.pause(LOOK_INTERVAL_SEC)

    def _look(self, backend: BaseBackend) -> None:
        try:
            background.change_if(lambda: look(backend))
        except Ending:
            raise
        except Exception:
            traceback.print_exc()


def look(backend: BaseBackend) -> bool:
    """Does for one account and region what is to be done now. Says whether anything changed."""
    has_changed = _watch_machines(backend)
    for key, service in list(kept(backend, SERVICES).items()):
        if service_states.is_scheduled(service):
            has_changed |= look_at(backend, key, service)
    return _forget(backend) | has_changed


def _watch_machines(backend: BaseBackend) -> bool:
    has_changed = False
    active = [each for each in list(kept(backend, INSTANCES).values()) if each["status"] != "INACTIVE"]
    if not active:
        return False
    machines = {each.id: each for each in ec2_backends[backend.account_id][backend.region_name].all_instances()}
    for instance in active:
        machine = machines.get(instance["ec2InstanceId"])
        state = machine.state if machine else "terminated"
        reason = _STOP_REASON.format(instance["ec2InstanceId"], state)
        if state == "terminated":
            container_instances.end(backend, instance, reason)
            has_changed = True
        elif state == "stopped":
            # It stays registered, and comes back when its machine does.
            for task in tasks_on(backend, instance["containerInstanceArn"]):
                task_records.finish(backend, task, reason, "TerminationNotice")
                has_changed = True
    return has_changed


def _forget(backend: BaseBackend) -> bool:
    """Forgets tasks and instances that ended an hour ago."""
    before = moment() - KEPT
    past = [
        (TASKS, key) for key, each in list(kept(backend, TASKS).items()) if each.get("stoppedAt", moment()) < before
    ]
    past += [
        (INSTANCES, key)
        for key, each in list(kept(backend, INSTANCES).items())
        if each["local"].get("endedAt", moment()) < before
    ]
    for kind, key in past:
        del touch(backend, kind)[key]
    return bool(past)
