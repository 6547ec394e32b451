import json

import configuration
import pytest

RIGHT = {
    "region": "eu-west-1",
    "cluster": "workbench-default-ecs",
    "volume": {"id": "vol-0123456789abcdef0", "mountPoint": "/opt/couchdb"},
    "folders": [{"path": "/opt/couchdb/data", "owner": 5984}],
    "gates": ["couchdb", "grand-central"],
    "tags": {"Project": "workbench"},
    "attributes": {"workbench.volume": "vol-0123456789abcdef0"},
    "metrics": {"namespace": "Workbench", "dimension": {"Cluster": "workbench-default-ecs"}},
    "stopTimeoutSec": 120,
}


def test_keeps_what_it_says():
    assert configuration.parse(json.dumps(RIGHT), "it") == RIGHT


def test_has_defaults_for_what_a_host_may_lack():
    few = {key: RIGHT[key] for key in ("region", "cluster", "volume")}
    assert configuration.parse(json.dumps(few), "it") == {**configuration.DEFAULTS, **few}


def changed(path, value):
    """The right configuration with another value at the path, such as `volume.id`."""
    copy = json.loads(json.dumps(RIGHT))
    *outer, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    place = copy
    for part in outer:
        place = place[part]
    place[last] = value
    return json.dumps(copy)


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("region", "Europe", 'region: expected a region such as eu-west-1, got "Europe"'),
        ("cluster", "a b", 'cluster: expected the name of a cluster, got "a b"'),
        ("volume", None, "volume: expected an object with id and mountPoint, got null"),
        ("volume.id", "vol-1", 'volume.id: expected a volume id such as vol-0123456789abcdef0, got "vol-1"'),
        ("volume.mountPoint", "/", 'volume.mountPoint: expected an absolute path, got "/"'),
        ("volume.mountPoint", "/a/../b", 'volume.mountPoint: expected an absolute path, got "/a/../b"'),
        ("volume.mountPoint", "/a%b", 'volume.mountPoint: expected an absolute path, got "/a%b"'),
        ("folders", {}, "folders: expected a list of folders, got {}"),
        ("folders.0", "/x", 'folders[0]: expected an object with path and owner, got "/x"'),
        ("folders.0.path", "/opt/couchdb", 'folders[0].path: expected a path below /opt/couchdb, got "/opt/couchdb"'),
        ("folders.0.path", "/etc/x", 'folders[0].path: expected a path below /opt/couchdb, got "/etc/x"'),
        ("folders.0.owner", "root", 'folders[0].owner: expected the number of a user, got "root"'),
        ("folders.0.owner", True, "folders[0].owner: expected the number of a user, got true"),
        ("folders.0.owner", -1, "folders[0].owner: expected the number of a user, got -1"),
        ("gates", "couchdb", 'gates: expected a list of services, got "couchdb"'),
        ("gates.1", "../x", 'gates[1]: expected the name of a service, got "../x"'),
        ("tags", {"a": 1}, 'tags: expected text by name, got {"a": 1}'),
        ("attributes", [], "attributes: expected text by name, got []"),
        ("metrics", {}, "metrics: expected an object with namespace and dimension, got {}"),
        ("metrics.namespace", "", 'metrics.namespace: expected a namespace of CloudWatch, got ""'),
        ("metrics.dimension", {}, "metrics.dimension: expected at least one value by name, got {}"),
        ("stopTimeoutSec", 0, "stopTimeoutSec: expected whole seconds from 1 to 900, got 0"),
        ("typo", 1, "typo: expected one of region, cluster, volume, folders, gates, tags, attributes, metrics, "
                    'stopTimeoutSec, got "typo"'),
    ],
)  # fmt: skip
def test_fails_with_one_sentence_for(path, value, words):
    with pytest.raises(configuration.ConfigurationError) as caught:
        configuration.parse(changed(path, value), "it")
    assert str(caught.value) == f"it: {words}; correct it"


def test_fails_for_what_is_no_json():
    with pytest.raises(configuration.ConfigurationError, match=r"^it: expected JSON, got Expecting .*; correct it$"):
        configuration.parse("{", "it")


def test_fails_for_a_file_that_is_missing(tmp_path):
    words = "none.json: expected the configuration of this host, got No such file or directory"
    with pytest.raises(configuration.ConfigurationError, match=words):
        configuration.read(tmp_path / "none.json")
