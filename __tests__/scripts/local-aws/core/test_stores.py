"""Stores are plain data, in files that are written at once."""

import datetime
import json

import pytest
from local_aws.core.operations import now
from local_aws.core.stores import Stores, is_plain, store_of
from moto.dynamodb.models import dynamodb_backends

ACCOUNT = "123456789012"


@pytest.fixture
def backend():
    made = dynamodb_backends[ACCOUNT]["eu-west-1"]
    made.reset()
    yield made
    made.reset()


@pytest.fixture
def stores(tmp_path, backend):
    kept = Stores(tmp_path)
    # What other tests of this process used.
    kept.save()
    return kept


def file_of(folder):
    return folder / "dynamodb" / f"{ACCOUNT}.eu-west-1.json"


def test_what_a_store_holds_is_read_again(tmp_path, stores, backend):
    kept = {"policies": {"policy-1": {"made": now(), "tags": ["a", None, 1.5, True]}}}
    store_of(backend).update(kept)
    stores.save()
    backend.reset()
    Stores(tmp_path).load()
    assert store_of(dynamodb_backends[ACCOUNT]["eu-west-1"]) == kept


def test_a_store_that_nobody_used_is_not_written_again(tmp_path, stores, backend):
    store_of(backend)["kept"] = 1
    stores.save()
    written = file_of(tmp_path).stat().st_ino
    stores.save()
    assert file_of(tmp_path).stat().st_ino == written
    store_of(backend)["kept"] = 2
    stores.save()
    assert json.loads(file_of(tmp_path).read_text()) == {"kept": 2}


def test_a_store_whose_backend_was_not_saved_gets_a_new_backend(tmp_path, stores, backend):
    store_of(backend)["kept"] = 1
    stores.save()
    del dynamodb_backends[ACCOUNT]["eu-west-1"]
    Stores(tmp_path).load()
    made = dynamodb_backends[ACCOUNT]["eu-west-1"]
    assert store_of(made) == {"kept": 1}
    assert made.tables == {}


def test_a_reset_removes_the_files(tmp_path, stores, backend):
    store_of(backend)["kept"] = 1
    stores.save()
    backend.reset()
    stores.save(everything=True)
    assert not file_of(tmp_path).exists()


@pytest.mark.parametrize("value", [object(), {1, 2}, b"bytes", datetime.datetime(2026, 1, 1)])
def test_fails_for_what_is_no_plain_data(stores, backend, value):
    store_of(backend)["value"] = value
    assert not is_plain(value)
    with pytest.raises(TypeError, match="a store holds plain data and times with a zone, got"):
        stores.save()
    del store_of(backend)["value"]
    stores.save()
