"""The metadata options of an instance.

moto forgets those that a change does not name, ignores those of a launch template, and takes any value. AWS also
refuses a tag that cannot be a path, when tags are in the metadata.
"""

import re
from collections.abc import Iterable
from typing import Any

from moto.ec2.models import EC2Backend
from moto.ec2.models.instances import InstanceBackend, MetadataOptions
from moto.ec2.models.tags import TagBackend

from local_aws.core.operations import ApiError, correction

# Each option of AWS's, and moto's argument for it.
_ARGUMENTS = {
    "HttpTokens": "http_tokens",
    "HttpPutResponseHopLimit": "hop_limit",
    "HttpEndpoint": "http_endpoint",
    "HttpProtocolIpv6": "http_protocol",
    "InstanceMetadataTags": "metadata_tags",
}
_VALUES = {
    "HttpTokens": ("optional", "required"),
    "HttpEndpoint": ("enabled", "disabled"),
    "HttpProtocolIpv6": ("enabled", "disabled"),
    "InstanceMetadataTags": ("enabled", "disabled"),
}
_FEWEST_HOPS, _MOST_HOPS = 1, 64
_TAG_KEY = re.compile(r"[0-9a-zA-Z\-_+=,.@:]{1,255}")
_RESERVED_KEYS = frozenset({".", "..", "_index"})


def install() -> None:
    """Makes moto keep and check the options. `instances` corrects RunInstances itself."""
    correction(InstanceBackend, "modify_instance_metadata_options")(change_options)
    correction(TagBackend, "create_tags")(refuse_tags_that_are_no_path)


def completed_options(keywords: dict[str, Any], template: dict[str, Any]) -> dict[str, Any]:
    """Returns the options of a launch: those that it does not name come from the data of its launch template."""
    options = {**template.get("MetadataOptions", {}), **(keywords.get("metadata_options") or {})}
    _check(options)
    if options.get("InstanceMetadataTags") == "enabled":
        _require_paths((keywords.get("tags") or {}).get("instance", {}))
    return options


def change_options(_original: Any, backend: EC2Backend, instance_id: str, **keywords: Any) -> MetadataOptions:
    """Changes the given options, and leaves the others."""
    instance = backend.get_instance(instance_id)
    asked = {name: keywords.get(argument) for name, argument in _ARGUMENTS.items()}
    changes = {name: value for name, value in asked.items() if value is not None}
    _check(changes)
    if changes.get("InstanceMetadataTags") == "enabled":
        _require_paths({tag["key"] for tag in instance.get_tags()})
    options = instance.metadata_options
    kept = {
        "HttpTokens": options.http_tokens,
        "HttpPutResponseHopLimit": options.http_put_response_hop_limit,
        "HttpEndpoint": options.http_endpoint,
        "HttpProtocolIpv6": options.http_protocol_ipv6,
        "InstanceMetadataTags": options.instance_metadata_tags,
    }
    instance.metadata_options = MetadataOptions({**kept, **changes})
    return instance.metadata_options


def refuse_tags_that_are_no_path(original: Any, backend: EC2Backend, resource_ids: list[str], tags: Any) -> Any:
    """Requires keys of tags that can be a path, for an instance whose tags are in its metadata."""
    wanted = {each for each in resource_ids if each.startswith("i-")}
    for instance in backend.all_instances() if wanted else ():
        if instance.id in wanted and instance.metadata_options.instance_metadata_tags == "enabled":
            _require_paths(tags)
    return original(backend, resource_ids, tags)


def _check(options: dict[str, Any]) -> None:
    for name, values in _VALUES.items():
        if name in options and options[name] not in values:
            raise _invalid(f"expected {' or '.join(values)} for {name}, got '{options[name]}'")
    hops = options.get("HttpPutResponseHopLimit")
    if hops is not None and not _FEWEST_HOPS <= int(hops) <= _MOST_HOPS:
        raise _invalid(f"expected HttpPutResponseHopLimit from {_FEWEST_HOPS} to {_MOST_HOPS}, got {hops}")


def _require_paths(keys: Iterable[str]) -> None:
    for key in keys:
        if not _TAG_KEY.fullmatch(key) or key in _RESERVED_KEYS:
            raise _invalid(
                f"'{key}' is not a valid tag key. Tag keys must match pattern ({_TAG_KEY.pattern}), "
                "and must not be a reserved name ('.', '..', '_index')"
            )


def _invalid(message: str) -> ApiError:
    return ApiError("InvalidParameterValue", message)
