"""Jobs: a document that runs on some nodes. A command is one, and so is an execution of an association.

A job is a record in the store, with the outcome on each node. Nodes run side by side, up to `MaxConcurrency`.
"""

import datetime
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.core.exceptions import ServiceException
from moto.s3.models import s3_backends
from moto.ssm.models import ssm_backends

from local_aws.core.background import background
from local_aws.core.errors import LocalAwsError
from local_aws.core.operations import ApiError, now
from local_aws.core.stores import store_of

from . import nodes
from .fleet import Fleet
from .scripts import Outcome, folder_of, outcome, run_script
from .targets import share_of

PENDING, IN_PROGRESS, CANCELLING = "Pending", "InProgress", "Cancelling"
UNDER_WAY = (PENDING, IN_PROGRESS, CANCELLING)
# As on AWS.
KEPT = datetime.timedelta(days=30)
_LOOK_SEC = 0.2

Job = dict[str, Any]
_fleet: Fleet | None = None
_on_end: list[Callable[[BaseBackend, Job], None]] = []


def attach(fleet: Fleet) -> None:
    """Lets jobs run on the machines of a fleet. Without one, no node ever registers."""
    global _fleet
    _fleet = fleet


def on_end(call: Callable[[BaseBackend, Job], None]) -> None:
    """Calls a function when a job has ended, while it may change the state."""
    _on_end.append(call)


def jobs_of(backend: BaseBackend) -> dict[str, Job]:
    """Returns all jobs of a backend, by id."""
    return nodes.kept(backend, "jobs")


def begin(backend: BaseBackend, job: Job, instance_ids: list[str]) -> Job:
    """Begins a job in the background. It has `Id`, `Steps`, `MaxConcurrency`, `MaxErrors` and `DeliverySec`.

    With `Bucket` and `KeyPrefix`, the outputs are stored there too.
    """
    _keep(backend, job, instance_ids)
    if instance_ids:
        run = _Run(backend, job)
        background.start(run.run, run.end)
    return job


def fail(backend: BaseBackend, job: Job, instance_ids: list[str], why: str) -> None:
    """Keeps a job that cannot begin."""
    _keep(backend, job, instance_ids)
    for node in job["Nodes"].values():
        node.update(Status="Failed", StatusDetails=why, Ended=now())


def require_bucket(bucket: str) -> None:
    """Raises ApiError when there is no such bucket."""
    if bucket not in s3_backends.bucket_accounts:
        raise ApiError("InvalidOutputFolder", f"The S3 bucket {bucket} does not exist.")


def cancel(job: Job, instance_ids: list[str]) -> None:
    """Cancels a job on some nodes, or on all. Those that have ended stay as they are."""
    for node in (job["Nodes"][each] for each in instance_ids or job["Nodes"]):
        if node["Status"] in UNDER_WAY:
            node["Status"] = node["StatusDetails"] = CANCELLING


def resume() -> None:
    """Ends the jobs that were under way when the last server ended. Whether a script ended on its own is not known."""
    for regions in list(ssm_backends.values()):
        for backend in list(regions.values()):
            for job in jobs_of(backend).values():
                for node in job["Nodes"].values():
                    if node["Status"] in UNDER_WAY:
                        store_of(backend)
                        _end_node(node, job, [_interrupted(node["Status"])])


def status_of(job: Job) -> tuple[str, str]:
    """Returns the status of a whole job, and its details."""
    found = [node["Status"] for node in job["Nodes"].values()]
    if not found:
        return "Success", "NoInstancesInTag"
    for status in (CANCELLING, IN_PROGRESS):
        if status in found:
            return status, status
    if PENDING in found:
        began = any(status not in UNDER_WAY for status in found)
        return (IN_PROGRESS, IN_PROGRESS) if began else (PENDING, PENDING)
    for status in ("Failed", "TimedOut", "Cancelled"):
        first = next((node for node in job["Nodes"].values() if node["Status"] == status), None)
        if first:
            return status, first["StatusDetails"]
    return "Success", "Success"


class _Run:
    def __init__(self, backend: BaseBackend, job: Job) -> None:
        self._backend = backend
        self._job = job
        count = len(job["Nodes"])
        self._at_once = max(1, share_of(job["MaxConcurrency"], count))
        self._errors = share_of(job["MaxErrors"], count)
        self._deadline = now() + datetime.timedelta(seconds=job["DeliverySec"])

    def run(self) -> None:
        with ThreadPoolExecutor(self._at_once) as pool:
            for done in [pool.submit(self._run_on, each) for each in self._job["Nodes"]]:
                done.result()

    def end(self, problem: LocalAwsError | None) -> None:
        store_of(self._backend)
        for node in self._job["Nodes"].values():
            if problem and node["Status"] in UNDER_WAY:
                self._end(node, [outcome("Failed", code=1, error=f"{problem}\n")])
        for call in _on_end:
            call(self._backend, self._job)

    def _run_on(self, instance_id: str) -> None:
        node = self._job["Nodes"][instance_id]
        # Only this thread ends the node, so that nothing here is overtaken.
        if problem := self._why_not(instance_id, node):
            with background.change():
                self._end(node, [problem])
            return
        with background.change():
            store_of(self._backend)
            if node["Status"] == PENDING:
                node.update(Status=IN_PROGRESS, StatusDetails=IN_PROGRESS)
            node["Started"] = now()
        results = self._run_steps(instance_id, node)
        with background.change():
            self._end(node, results)
            self._store_outputs(instance_id, results)

    def _why_not(self, instance_id: str, node: Outcome) -> Outcome | None:
        """Waits until the node takes commands, and says why that does not come to be."""
        while True:
            if node["Status"] == CANCELLING:
                return outcome("Cancelled")
            if self._failures() > self._errors:
                return outcome("Cancelled", "Terminated")
            if nodes.is_online(self._backend, instance_id):
                return None
            if now() > self._deadline:
                return outcome("TimedOut", "DeliveryTimedOut")
            background.pause(_LOOK_SEC)

    def _failures(self) -> int:
        return sum(node["Status"] in ("Failed", "TimedOut") for node in list(self._job["Nodes"].values()))

    def _run_steps(self, instance_id: str, node: Outcome) -> list[Outcome]:
        assert _fleet is not None
        results: list[Outcome] = []
        for step in self._job["Steps"]:
            started = now()
            done = run_script(
                _fleet, instance_id, self._backend.region_name, self._job["Id"], step,
                lambda: node["Status"] == CANCELLING,
            )  # fmt: skip
            results.append({**done, "Started": started, "Ended": now()})
            failed = done["Status"] == "Failed" and step["ExitsOnFailure"]
            if failed or done["Status"] in ("Cancelled", "TimedOut"):
                break
        return results

    def _end(self, node: Outcome, results: list[Outcome]) -> None:
        store_of(self._backend)
        _end_node(node, self._job, results)

    def _store_outputs(self, instance_id: str, results: list[Outcome]) -> None:
        if not self._job.get("Bucket"):
            return
        for step, result in zip(self._job["Steps"], results, strict=False):
            for kind, text in (("stdout", result["Output"]), ("stderr", result["Error"])):
                if text:
                    _put(self._job["Bucket"], output_key(self._job, instance_id, step, kind), text)


def output_key(job: Job, instance_id: str, step: Outcome, kind: str) -> str:
    """Returns the key of an output in the bucket of a job. `kind` is `stdout` or `stderr`."""
    folders = [job.get("KeyPrefix") or "", job["Id"], instance_id, folder_of(step), kind]
    return "/".join(folder.strip("/") for folder in folders if folder)


def _keep(backend: BaseBackend, job: Job, instance_ids: list[str]) -> None:
    kept = store_of(backend).setdefault("jobs", {})
    for old in [each for each in kept.values() if now() - each["Requested"] > KEPT]:
        del kept[old["Id"]]
    job |= {"Requested": now(), "Nodes": {each: {"Status": PENDING, "StatusDetails": PENDING} for each in instance_ids}}
    kept[job["Id"]] = job


def _end_node(node: Outcome, job: Job, results: list[Outcome]) -> None:
    # The first step that did not succeed says how it ended.
    worst = next((each for each in results if each["Status"] != "Success"), results[-1])
    node.update(
        Status=worst["Status"],
        StatusDetails=worst["StatusDetails"],
        Ended=now(),
        Steps=[{"Name": step["Name"], **result} for step, result in zip(job["Steps"], results, strict=False)],
    )


def _interrupted(status: str) -> Outcome:
    if status == PENDING:
        return outcome("Failed", "Undeliverable", error="the local AWS ended before the machine got it\n")
    return outcome("Failed", code=1, error="the local AWS ended while it ran on the machine\n")


def _put(bucket: str, key: str, text: str) -> None:
    partition, account = s3_backends.bucket_accounts.get(bucket, ("aws", ""))
    if account:
        # It may have been deleted meanwhile. AWS's agent says nothing then.
        try:
            s3_backends[account][partition].put_object(bucket, key, text.encode())
        except ServiceException:
            return
