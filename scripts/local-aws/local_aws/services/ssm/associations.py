"""State Manager: associations, which run a document on every machine that they mean, once it has registered.

They run when they are made or changed, and when a node appears that they mean. Schedules are kept, and do not run.
"""

import uuid
from typing import Any

from moto.core.base_backend import BaseBackend
from moto.ssm.models import SimpleSystemManagerBackend, ssm_backends
from moto.ssm.responses import SimpleSystemManagerResponse

from local_aws.core.background import background
from local_aws.core.operations import ApiError, Call, correction, now, operation
from local_aws.core.stores import store_of

from . import jobs, nodes
from .commands import DELIVERY_SEC, limit
from .documents_to_run import find_steps
from .targets import is_target, require_known
from .unsupported import refuse

Association = dict[str, Any]

# An update replaces these, also with nothing.
_REPLACED = (
    "DocumentVersion", "Parameters", "Targets", "ScheduleExpression", "OutputLocation", "AssociationName",
    "MaxErrors", "MaxConcurrency", "ComplianceSeverity", "SyncCompliance", "ApplyOnlyAtCronInterval", "ScheduleOffset",
)  # fmt: skip
_UNSUPPORTED = (
    "AutomationTargetParameterName", "CalendarNames", "TargetLocations", "TargetMaps", "Duration",
    "AlarmConfiguration", "AssociationDispatchAssumeRole",
)  # fmt: skip
_SUMMARY = (
    "Name", "InstanceId", "AssociationId", "AssociationVersion", "DocumentVersion", "Targets", "ScheduleExpression",
    "AssociationName", "ScheduleOffset",
)  # fmt: skip
# What our record has beside AWS's fields: the execution that ran the present version on each node.
_OWN = ("Runs", "Executions")


def install() -> None:
    """Adds the calls, and makes tags of associations possible."""
    for name, handler in {
        "CreateAssociation": create_association,
        "DescribeAssociation": describe_association,
        "UpdateAssociation": update_association,
        "DeleteAssociation": delete_association,
        "ListAssociations": list_associations,
        "StartAssociationsOnce": start_associations_once,
    }.items():
        operation(SimpleSystemManagerResponse, name, ssm_backends)(handler)
    correction(SimpleSystemManagerBackend, "_validate_resource_type_and_id")(know_associations)
    jobs.on_end(_note_end)


def create_association(call: Call) -> dict[str, Any]:
    """Keeps an association, and begins to apply it."""
    given = call.parameters
    refuse(call, "CreateAssociation", *_UNSUPPORTED)
    _check(call, given["Name"])
    association: Association = {
        "Name": given["Name"],
        "AssociationId": str(uuid.uuid4()),
        "AssociationVersion": "1",
        "Date": now(),
        "LastUpdateAssociationDate": now(),
        "Runs": {},
        "Executions": [],
        **_replaceable(given),
    }
    if given.get("InstanceId"):
        association["InstanceId"] = given["InstanceId"]
        association["Targets"] = [{"Key": "InstanceIds", "Values": [given["InstanceId"]]}]
    if not association.get("Targets"):
        raise ApiError("InvalidTarget", "expected Targets or InstanceId")
    call.store.setdefault("associations", {})[association["AssociationId"]] = association
    for tag in given.get("Tags") or []:
        call.backend._resource_tags["Association"][association["AssociationId"]][tag["Key"]] = tag["Value"]
    _apply(call.backend, association)
    return {"AssociationDescription": _described(call.backend, association)}


def describe_association(call: Call) -> dict[str, Any]:
    """Returns one association, by its id, or by document and instance."""
    return {"AssociationDescription": _described(call.backend, _find(call))}


def update_association(call: Call) -> dict[str, Any]:
    """Makes a new version, and applies it to every node that the association means."""
    refuse(call, "UpdateAssociation", *_UNSUPPORTED)
    association = _find(call)
    name = call.parameters.get("Name") or association["Name"]
    wanted = call.parameters.get("AssociationVersion")
    if wanted not in (None, "$LATEST", association["AssociationVersion"]):
        raise ApiError("InvalidAssociationVersion", f"expected {association['AssociationVersion']}, got {wanted}")
    _check(call, name)
    targets = association["Targets"]
    for field in _REPLACED:
        association.pop(field, None)
    association.update(
        {"Targets": targets, **_replaceable(call.parameters)},
        Name=name,
        AssociationVersion=str(int(association["AssociationVersion"]) + 1),
        LastUpdateAssociationDate=now(),
        Runs={},
    )
    _apply(call.backend, association)
    return {"AssociationDescription": _described(call.backend, association)}


def delete_association(call: Call) -> None:
    """Forgets an association. What runs already goes on to its end, as on AWS."""
    association_id = _find(call)["AssociationId"]
    del call.store["associations"][association_id]
    call.backend._resource_tags["Association"].pop(association_id, None)


def list_associations(call: Call) -> dict[str, Any]:
    """Returns summaries of all associations, or of those that pass filters."""
    found = [
        _described(call.backend, each)
        for each in associations_of(call.backend).values()
        if all(_passes(call.backend, each, wanted) for wanted in call.parameters.get("AssociationFilterList") or [])
    ]
    fields = (*_SUMMARY, "LastExecutionDate", "Overview")
    return {"Associations": [{key: each[key] for key in fields if key in each} for each in found]}


def start_associations_once(call: Call) -> None:
    """Applies associations once more, to every node that they mean."""
    ids = call.parameters["AssociationIds"]
    for each in [find(call.backend, each) for each in ids]:
        each["Runs"] = {}
        _apply(call.backend, each, at_once=True)


def know_associations(original: Any, backend: Any, resource_type: str, resource_id: str) -> str:
    """Lets an association have tags."""
    if resource_type == "Association":
        return find(backend, resource_id)["AssociationId"]
    return original(backend, resource_type, resource_id)


def apply_to_new_nodes() -> None:
    """Applies every association to nodes on which it did not run yet. Call it in the background."""
    for regions in list(ssm_backends.values()):
        for backend in list(regions.values()):
            if any(_missing(backend, each) for each in list(associations_of(backend).values())):
                with background.change():
                    store_of(backend)
                    for each in associations_of(backend).values():
                        _apply(backend, each)


def associations_of(backend: BaseBackend) -> dict[str, Association]:
    """Returns all associations of a backend, by id."""
    return nodes.kept(backend, "associations")


def find(backend: BaseBackend, association_id: str) -> Association:
    """Returns an association. Raises ApiError when there is none."""
    association = associations_of(backend).get(association_id)
    if association is None:
        raise ApiError("AssociationDoesNotExist", f"the association {association_id} does not exist")
    return association


def _find(call: Call) -> Association:
    if call.parameters.get("AssociationId"):
        return find(call.backend, call.parameters["AssociationId"])
    name, instance_id = call.parameters.get("Name"), call.parameters.get("InstanceId")
    for each in associations_of(call.backend).values():
        if each["Name"] == name and each.get("InstanceId") == instance_id:
            return each
    raise ApiError("AssociationDoesNotExist", f"there is no association of {name} with {instance_id}")


def _check(call: Call, name: str) -> None:
    require_known(call.parameters.get("Targets") or [])
    limit(call.parameters, "MaxConcurrency", "100%")
    limit(call.parameters, "MaxErrors", "100%")
    find_steps(call.backend, name, call.parameters.get("DocumentVersion"), call.parameters.get("Parameters") or {})


def _replaceable(given: dict[str, Any]) -> Association:
    kept = {key: given[key] for key in _REPLACED if given.get(key) not in (None, "", [], {})}
    return {"DocumentVersion": "$DEFAULT", "ApplyOnlyAtCronInterval": False, **kept}


def _missing(backend: BaseBackend, association: Association) -> list[str]:
    """Returns the nodes that an association means and has not run on."""
    if association["ApplyOnlyAtCronInterval"]:
        return []
    return [each for each in _meant(backend, association) if each not in association["Runs"]]


def _meant(backend: BaseBackend, association: Association) -> list[str]:
    online = [each for each in list(nodes.nodes_of(backend)) if nodes.is_online(backend, each)]
    return [each for each in online if is_target(association["Targets"], each, nodes.tags_of(backend, each))]


def _apply(backend: BaseBackend, association: Association, *, at_once: bool = False) -> None:
    wanted = _meant(backend, association) if at_once else _missing(backend, association)
    if not wanted:
        return
    place = (association.get("OutputLocation") or {}).get("S3Location") or {}
    job = {
        "Id": str(uuid.uuid4()),
        "Kind": "Association",
        "AssociationId": association["AssociationId"],
        "AssociationVersion": association["AssociationVersion"],
        "MaxConcurrency": association.get("MaxConcurrency", "100%"),
        "MaxErrors": association.get("MaxErrors", "100%"),
        "DeliverySec": DELIVERY_SEC,
        "Bucket": place.get("OutputS3BucketName"),
        "KeyPrefix": place.get("OutputS3KeyPrefix"),
    }
    version, parameters = association["DocumentVersion"], association.get("Parameters") or {}
    try:
        job["Steps"] = find_steps(backend, association["Name"], version, parameters)
        jobs.begin(backend, job, wanted)
    except ApiError as error:
        # The document was changed or deleted meanwhile.
        jobs.fail(backend, job, wanted, error.message)
    association["Executions"].append(job["Id"])
    association["Runs"] |= dict.fromkeys(wanted, job["Id"])
    association["LastExecutionDate"] = now()


def _note_end(backend: BaseBackend, job: jobs.Job) -> None:
    association = associations_of(backend).get(job.get("AssociationId", ""))
    if association and jobs.status_of(job)[0] == "Success":
        association["LastSuccessfulExecutionDate"] = now()


def _described(backend: BaseBackend, association: Association) -> Association:
    told = {key: value for key, value in association.items() if key not in _OWN}
    return told | {"Overview": _overview(backend, association)}


def _overview(backend: BaseBackend, association: Association) -> dict[str, Any]:
    found = jobs.jobs_of(backend)
    states = [found[job]["Nodes"][each]["Status"] for each, job in association["Runs"].items() if job in found]
    counts = {state: states.count(state) for state in sorted(set(states))}
    if any(state in jobs.UNDER_WAY for state in states) or not states:
        status = "Pending"
    else:
        status = "Success" if set(states) == {"Success"} else "Failed"
    return {
        "Status": status,
        "DetailedStatus": status,
        **({"AssociationStatusAggregatedCount": counts} if counts else {}),
    }


def _passes(backend: BaseBackend, association: Association, wanted: dict[str, str]) -> bool:
    key, value = wanted["key"], wanted["value"]
    if key == "AssociationStatusName":
        return _overview(backend, association)["Status"] == value
    if key in ("Name", "AssociationId", "AssociationName", "InstanceId"):
        return association.get(key) == value
    raise ApiError("NotImplementedByLocalAws", f"ssm:ListAssociations with filter {key}")
