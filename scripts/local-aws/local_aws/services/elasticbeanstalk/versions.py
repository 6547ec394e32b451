"""Versions of applications: labels of source bundles in S3. Nobody reads a bundle here."""

from typing import Any

from moto.elasticbeanstalk.models import eb_backends
from moto.elasticbeanstalk.responses import EBResponse

from local_aws.core.operations import Call, now, operation

from .store import application_of, arn, in_use, invalid, keep_tags, live_environments, versions


def install() -> None:
    """Adds the calls."""
    for name, handler in (
        ("CreateApplicationVersion", create_application_version),
        ("DescribeApplicationVersions", describe_application_versions),
        ("UpdateApplicationVersion", update_application_version),
        ("DeleteApplicationVersion", delete_application_version),
    ):
        operation(EBResponse, name, eb_backends)(handler)


def create_application_version(call: Call) -> dict[str, Any]:
    """Makes a version of an application that exists."""
    application, label = application_of(call)["ApplicationName"], call.parameters["VersionLabel"]
    if f"{application}/{label}" in versions(call):
        raise invalid(f"Application Version {label} already exists.")
    version = versions(call)[f"{application}/{label}"] = {
        "ApplicationName": application,
        "VersionLabel": label,
        "Description": call.parameters.get("Description"),
        "SourceBundle": call.parameters.get("SourceBundle"),
        "Status": "PROCESSED" if call.parameters.get("Process") else "UNPROCESSED",
        "ApplicationVersionArn": arn(call, "applicationversion", f"{application}/{label}"),
        "DateCreated": now(),
        "DateUpdated": now(),
    }
    keep_tags(call, version["ApplicationVersionArn"], call.parameters.get("Tags"))
    return {"ApplicationVersion": version}


def describe_application_versions(call: Call) -> dict[str, Any]:
    """Returns all versions, or those of an application, or those with the given labels."""
    application, labels = call.parameters.get("ApplicationName"), call.parameters.get("VersionLabels")
    return {
        "ApplicationVersions": [
            each
            for each in versions(call).values()
            if (not application or each["ApplicationName"] == application)
            and (not labels or each["VersionLabel"] in labels)
        ]
    }


def update_application_version(call: Call) -> dict[str, Any]:
    """Changes the description of a version."""
    version = version_of(call, call.parameters["ApplicationName"], call.parameters["VersionLabel"])
    version.update(Description=call.parameters.get("Description"), DateUpdated=now())
    return {"ApplicationVersion": version}


def delete_application_version(call: Call) -> None:
    """Deletes a version that no environment runs. Its bundle stays in S3."""
    application, label = call.parameters["ApplicationName"], call.parameters["VersionLabel"]
    users = [each["EnvironmentName"] for each in live_environments(call, application) if each["VersionLabel"] == label]
    if users:
        raise in_use(f"Unable to delete application version {label}: {', '.join(users)} runs it")
    versions(call).pop(f"{application}/{label}", None)


def version_of(call: Call, application: str, label: str) -> dict[str, Any]:
    """Returns a version, or raises ApiError."""
    if f"{application}/{label}" not in versions(call):
        raise invalid(f"No Application Version named '{label}' found.")
    return versions(call)[f"{application}/{label}"]
