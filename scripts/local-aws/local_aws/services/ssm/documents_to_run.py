"""Finds the document that a call names, and turns it into steps."""

from typing import Any

from moto.core.base_backend import BaseBackend

from local_aws.core.operations import ApiError

from .command_documents import AWS_DOCUMENTS, Step, steps_of


def find_steps(backend: BaseBackend, name: str, version: str | None, parameters: dict[str, list[str]]) -> list[Step]:
    """Returns the steps of a document of AWS or of this account.

    Raises ApiError when there is none, when a parameter is wrong, or with the name of what cannot run here.
    """
    if name in AWS_DOCUMENTS:
        return steps_of(name, AWS_DOCUMENTS[name], parameters)
    own_name = name.rpartition("/")[2]
    documents: Any = vars(backend)["_documents"].get(own_name)
    if documents is None and name.startswith("AWS"):
        raise ApiError("NotImplementedByLocalAws", f"ssm: document {name}")
    if documents is None:
        raise ApiError("InvalidDocument", f"the document {name} does not exist")
    # For $DEFAULT, moto takes no version.
    document = documents.find(None if version in (None, "", "$DEFAULT") else version, strict=False)
    if document is None:
        raise ApiError("InvalidDocumentVersion", f"the document {name} has no version {version}")
    if document.document_type != "Command":
        raise ApiError("InvalidDocument", f"{name}: expected a document of type Command, got {document.document_type}")
    return steps_of(own_name, document.content_json, parameters)
