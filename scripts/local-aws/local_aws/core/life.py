"""The life of a resource: one state follows another in real time, as AWS answers it.

A service declares the states that pass by themselves. `work` is what really happens meanwhile; without it, only time
passes.

    CLUSTER = Life(backends, "clusters", "Status.State", {
        "STARTING": Step(then="RUNNING", failed="TERMINATED_WITH_ERRORS", work=start_machines),
        "TERMINATING": Step(then="TERMINATED", failed="TERMINATED_WITH_ERRORS", work=stop_machines),
    })

    call.store["clusters"][cluster_id] = record
    CLUSTER.enter(call.backend, cluster_id, "STARTING")

A local AWS that ended meanwhile begins the state again at its next start.
"""

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend

from .background import background
from .errors import LocalAwsError
from .stores import ATTRIBUTE, store_of

Record = dict[str, Any]
# A state that passes at once would never be seen. AWS takes seconds to minutes.
LEAST_SEC = 0.5

_lives: list["Life"] = []


@dataclass(frozen=True)
class Step:
    """How a state ends.

    - `then` is the next state. None: the record is gone.
    - `failed` is the next state when the work fails.
    - `work` gets the backend and a copy of the record, and returns what to change in the record. It runs without any
      lock, so it changes nothing itself. It raises LocalAwsError with the reason of a failure.
    - `takes_sec` is how long the state lasts at least.
    """

    then: str | None
    failed: str | None = None
    work: Callable[[BaseBackend, Record], Record | None] | None = None
    takes_sec: float = LEAST_SEC

    def __post_init__(self) -> None:
        if self.work and not self.failed:
            raise ValueError(f"a step with work needs a state for when it fails: the one before {self.then} has none")


class Life:
    """The states of the records of one kind. `state` and `reason` are paths in a record, such as `Status.State`."""

    def __init__(
        self, backends: BackendDict, kind: str, state: str, steps: Mapping[str, Step], *, reason: str = ""
    ) -> None:
        self._backends = backends
        self._kind = kind
        self._state, self._reason = state, reason
        self._steps = steps
        self._entries: dict[tuple[int, str], object] = {}
        _lives.append(self)

    def enter(self, backend: BaseBackend, record_id: str, state: str, reason: str = "") -> None:
        """Puts a record into a state. The state ends by itself when it is one of the steps."""
        record = store_of(backend)[self._kind][record_id]
        _put(record, self._state, state)
        if self._reason:
            _put(record, self._reason, reason)
        entry = self._entries[id(backend), record_id] = object()
        step = self._steps.get(state)
        if step is None:
            return
        changes: Record = {}
        given = copy.deepcopy(record)

        def work() -> None:
            background.pause(step.takes_sec)
            changes.update((step.work(backend, given) if step.work else None) or {})

        def then(problem: LocalAwsError | None) -> None:
            # It may be in another state by now, or gone.
            if self._entries.get((id(backend), record_id)) is entry:
                self._leave(backend, record_id, step, changes, problem)

        background.start(work, then)

    def resume(self) -> None:
        """Begins every state again that was under way when the last server ended."""
        for regions in list(self._backends.values()):
            for backend in list(regions.values()):
                for record_id, record in list(vars(backend).get(ATTRIBUTE, {}).get(self._kind, {}).items()):
                    state = _get(record, self._state)
                    if state in self._steps:
                        self.enter(backend, record_id, state)

    def _leave(
        self, backend: BaseBackend, record_id: str, step: Step, changes: Record, problem: LocalAwsError | None
    ) -> None:
        records = store_of(backend)[self._kind]
        if record_id not in records:
            return
        if problem is not None and step.failed is not None:
            self.enter(backend, record_id, step.failed, str(problem))
        elif step.then is None:
            del records[record_id], self._entries[id(backend), record_id]
        else:
            records[record_id].update(changes)
            self.enter(backend, record_id, step.then)


def resume_lives() -> None:
    """Goes on with every life. Call it when the stores are loaded."""
    for life in _lives:
        life.resume()


def _get(record: Record, path: str) -> Any:
    for key in path.split("."):
        record = record[key]
    return record


def _put(record: Record, path: str, value: Any) -> None:
    *folders, last = path.split(".")
    for key in folders:
        record = record.setdefault(key, {})
    record[last] = value
