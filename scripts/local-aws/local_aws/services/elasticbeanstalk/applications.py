"""Applications."""

import copy
from typing import Any

from moto.elasticbeanstalk.models import eb_backends
from moto.elasticbeanstalk.responses import EBResponse

from local_aws.core.operations import Call, now, operation

from .store import application_of, applications, arn, in_use, invalid, keep_tags, live_environments, versions

NO_LIFECYCLE = {
    "VersionLifecycleConfig": {
        "MaxCountRule": {"Enabled": False, "MaxCount": 200, "DeleteSourceFromS3": False},
        "MaxAgeRule": {"Enabled": False, "MaxAgeInDays": 180, "DeleteSourceFromS3": False},
    }
}


def install() -> None:
    """Replaces moto's calls."""
    for name, handler in (
        ("CreateApplication", create_application),
        ("DescribeApplications", describe_applications),
        ("UpdateApplication", update_application),
        ("UpdateApplicationResourceLifecycle", update_application_resource_lifecycle),
        ("DeleteApplication", delete_application),
    ):
        operation(EBResponse, name, eb_backends)(handler)


def create_application(call: Call) -> dict[str, Any]:
    """Makes an application. Its name is unique in the region."""
    name = call.parameters["ApplicationName"]
    if name in applications(call):
        raise invalid(f"Application {name} already exists.")
    application = applications(call)[name] = {
        "ApplicationName": name,
        "ApplicationArn": arn(call, "application", name),
        "Description": call.parameters.get("Description"),
        "DateCreated": now(),
        "DateUpdated": now(),
        "ResourceLifecycleConfig": call.parameters.get("ResourceLifecycleConfig") or copy.deepcopy(NO_LIFECYCLE),
    }
    keep_tags(call, application["ApplicationArn"], call.parameters.get("Tags"))
    return {"Application": application}


def describe_applications(call: Call) -> dict[str, Any]:
    """Returns all applications, or those with the given names."""
    wanted = call.parameters.get("ApplicationNames")
    return {
        "Applications": [
            {**each, "Versions": [key.partition("/")[2] for key in versions(call) if key.startswith(f"{name}/")]}
            for name, each in applications(call).items()
            if not wanted or name in wanted
        ]
    }


def update_application(call: Call) -> dict[str, Any]:
    """Changes the description of an application."""
    application = application_of(call)
    if call.parameters.get("Description") is not None:
        application["Description"] = call.parameters["Description"]
    application["DateUpdated"] = now()
    return {"Application": application}


def update_application_resource_lifecycle(call: Call) -> dict[str, Any]:
    """Says how long versions stay. They stay for ever here."""
    application = application_of(call)
    application["ResourceLifecycleConfig"] = call.parameters["ResourceLifecycleConfig"]
    return {key: application[key] for key in ("ApplicationName", "ResourceLifecycleConfig")}


def delete_application(call: Call) -> None:
    """Deletes an application without environments, and its versions."""
    name = call.parameters["ApplicationName"]
    running = [each["EnvironmentName"] for each in live_environments(call, name)]
    if running:
        raise in_use(f"Unable to delete application {name}: it has the environments {', '.join(running)}")
    applications(call).pop(name, None)
    for key in [key for key in versions(call) if key.startswith(f"{name}/")]:
        del versions(call)[key]
