"""The configuration of a container host: JSON, which README.md describes. This module reads and checks it."""

import json
import re

FILE = "/etc/workbench/container-host.json"

SERVICE = re.compile(r"[a-z][a-z0-9-]{0,62}")
REQUIRED = ("region", "cluster", "volume")
DEFAULTS = {
    "folders": [],
    "gates": [],
    "tags": {},
    "attributes": {},
    "metrics": None,
    "stopTimeoutSec": 30,
}


class ConfigurationError(Exception):
    """What is wrong with the configuration: one sentence."""


def read(file):
    """Returns the configuration in a file."""
    try:
        with open(file) as opened:
            return parse(opened.read(), file)
    except OSError as error:
        raise ConfigurationError(f"{file}: expected the configuration of this host, got {error.strerror}") from error


def parse(text, where):
    """Returns the configuration in the text, with every key. `where` names the text in messages."""
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ConfigurationError(f"{where}: expected JSON, got {error}; correct it") from error
    expect(isinstance(found, dict), where, "", "a JSON object", found)
    for key in found:
        expect(key in REQUIRED or key in DEFAULTS, where, key, f"one of {', '.join([*REQUIRED, *DEFAULTS])}", key)
    configuration = {**DEFAULTS, **found}
    check_names(configuration, where)
    check_volume(configuration, where)
    check_folders(configuration, where)
    check_metrics(configuration["metrics"], where)
    return configuration


def check_names(configuration, where):
    """Checks what is in no section of its own."""
    expect_text(configuration.get("region"), where, "region", r"[a-z]{2}(-[a-z]+)+-\d", "a region such as eu-west-1")
    expect_text(configuration.get("cluster"), where, "cluster", r"[A-Za-z0-9_-]{1,255}", "the name of a cluster")
    gates = configuration["gates"]
    expect(isinstance(gates, list), where, "gates", "a list of services", gates)
    for index, gate in enumerate(gates):
        expect_text(gate, where, f"gates[{index}]", SERVICE.pattern, "the name of a service")
    for key in ("tags", "attributes"):
        expect(is_text_by_text(configuration[key]), where, key, "text by name", configuration[key])
    limit = configuration["stopTimeoutSec"]
    expect(is_whole(limit) and 1 <= limit <= 900, where, "stopTimeoutSec", "whole seconds from 1 to 900", limit)


def check_volume(configuration, where):
    """Checks the data volume."""
    volume = configuration.get("volume")
    right = isinstance(volume, dict) and sorted(volume) == ["id", "mountPoint"]
    expect(right, where, "volume", "an object with id and mountPoint", volume)
    expect_text(volume["id"], where, "volume.id", r"vol-[0-9a-f]{8,17}", "a volume id such as vol-0123456789abcdef0")
    expect(is_path(volume["mountPoint"]), where, "volume.mountPoint", "an absolute path", volume["mountPoint"])


def check_folders(configuration, where):
    """Checks the folders that tasks mount."""
    folders, mount_point = configuration["folders"], configuration["volume"]["mountPoint"]
    expect(isinstance(folders, list), where, "folders", "a list of folders", folders)
    for index, folder in enumerate(folders):
        name = f"folders[{index}]"
        right = isinstance(folder, dict) and sorted(folder) == ["owner", "path"]
        expect(right, where, name, "an object with path and owner", folder)
        inside = is_path(folder["path"]) and folder["path"].startswith(f"{mount_point}/")
        expect(inside, where, f"{name}.path", f"a path below {mount_point}", folder["path"])
        right = is_whole(folder["owner"]) and 0 <= folder["owner"] < 2**32 - 1
        expect(right, where, f"{name}.owner", "the number of a user", folder["owner"])


def check_metrics(metrics, where):
    """Checks where the metrics go."""
    if metrics is None:
        return
    right = isinstance(metrics, dict) and sorted(metrics) == ["dimension", "namespace"]
    expect(right, where, "metrics", "an object with namespace and dimension", metrics)
    namespace, dimension = metrics["namespace"], metrics["dimension"]
    expect_text(namespace, where, "metrics.namespace", r"[\w./#-]{1,255}", "a namespace of CloudWatch")
    right = is_text_by_text(dimension) and len(dimension) > 0
    expect(right, where, "metrics.dimension", "at least one value by name", dimension)


def expect_text(value, where, key, pattern, words):
    """Raises a problem unless the value is text that the pattern matches as a whole."""
    expect(isinstance(value, str) and re.fullmatch(pattern, value), where, key, words, value)


def expect(right, where, key, words, value):
    """Raises a problem unless the value is right."""
    if not right:
        place = f"{where}: {key}" if key else where
        raise ConfigurationError(f"{place}: expected {words}, got {json.dumps(value)}; correct it")


def is_whole(value):
    """Whether it is a whole number. In Python, true and false are numbers too."""
    return isinstance(value, int) and not isinstance(value, bool)


def is_text_by_text(value):
    """Whether it is an object with text in it."""
    return isinstance(value, dict) and all(isinstance(each, str) for each in value.values())


def is_path(value):
    """Whether it is an absolute path of a folder, which the units can hold as it is."""
    if not isinstance(value, str) or not re.fullmatch(r'(/[^/\x00-\x1f\x7f"\\%]+)+', value):
        return False
    return not {".", ".."} & set(value.split("/"))
