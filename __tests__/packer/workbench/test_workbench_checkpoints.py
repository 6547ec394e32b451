"""Checkpoints of notebooks on a full volume, with a small class in the place of Jupyter's own."""

import asyncio
import errno
import importlib
import shutil
import sys
import tempfile
import types
from pathlib import Path

import pytest

HERE = Path(__file__).parent
JUPYTER = HERE.parents[2] / "packer/workbench/files/jupyter"


class JupyterCheckpoints:
    """Does what Jupyter does: makes the folder of a checkpoint in order to name it, and copies a notebook there."""

    def __init__(self, root):
        self.root = root
        # Errors of the volume.
        self.mkdir_error = self.copy_error = None

    def checkpoint_path(self, checkpoint_id, path):
        notebook = self.root / path
        folder = notebook.parent / ".ipynb_checkpoints"
        if self.mkdir_error and not folder.exists():
            raise OSError(self.mkdir_error, "mkdir")
        folder.mkdir(exist_ok=True)
        return str(folder / f"{notebook.stem}-{checkpoint_id}{notebook.suffix}")

    async def _copy(self, source, target):
        if self.copy_error and target.startswith(str(self.root)):
            Path(target).write_text("")
            raise OSError(self.copy_error, "copy")
        shutil.copyfile(source, target)

    async def checkpoint_model(self, checkpoint_id, path):
        return {"id": checkpoint_id, "path": path}

    async def create_checkpoint(self, contents_mgr, path):
        target = self.checkpoint_path("checkpoint", path)
        await self._copy(contents_mgr._get_os_path(path), target)
        return await self.checkpoint_model("checkpoint", target)


@pytest.fixture
def volume(tmp_path, monkeypatch):
    """A volume with a notebook, and its checkpoints."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    fake = types.ModuleType("jupyter_server.services.contents.filecheckpoints")
    fake.AsyncFileCheckpoints = JupyterCheckpoints
    for name in ("jupyter_server", "jupyter_server.services", "jupyter_server.services.contents"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setitem(sys.modules, fake.__name__, fake)
    monkeypatch.delitem(sys.modules, "workbench_checkpoints", raising=False)
    monkeypatch.syspath_prepend(str(JUPYTER))
    root = tmp_path / "volume"
    (root / "deep").mkdir(parents=True)
    (root / "deep/one.ipynb").write_text("first")
    checkpoints = importlib.import_module("workbench_checkpoints").Checkpoints(root)
    checkpoints._get_os_path = lambda path: str(root / path)
    return checkpoints


def create(volume):
    return asyncio.run(volume.create_checkpoint(volume, "deep/one.ipynb"))["path"]


def beside(volume):
    return volume.root / "deep/.ipynb_checkpoints/one-checkpoint.ipynb"


def apart(volume):
    return Path(tempfile.gettempdir()) / "jupyter_checkpoints/deep/one-checkpoint.ipynb"


def test_a_checkpoint_lies_beside_its_notebook(volume):
    assert create(volume) == str(beside(volume))
    assert beside(volume).read_text() == "first"
    assert not apart(volume).exists()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_without_room_for_its_folder_a_checkpoint_lies_in_the_temporary_folder(volume, number):
    volume.mkdir_error = number
    assert create(volume) == str(apart(volume))
    assert apart(volume).read_text() == "first"
    assert volume.checkpoint_path("checkpoint", "deep/one.ipynb") == str(apart(volume))


def test_without_room_for_its_bytes_a_checkpoint_lies_in_the_temporary_folder_and_no_part_of_it_on_the_volume(volume):
    volume.copy_error = errno.ENOSPC
    assert create(volume) == str(apart(volume))
    assert apart(volume).read_text() == "first"
    assert not beside(volume).exists()
    assert volume.checkpoint_path("checkpoint", "deep/one.ipynb") == str(apart(volume))


def test_the_next_checkpoint_lies_beside_its_notebook_when_there_is_room_again(volume):
    volume.copy_error = errno.ENOSPC
    create(volume)
    volume.copy_error = None
    assert create(volume) == str(beside(volume))
    assert volume.checkpoint_path("checkpoint", "deep/one.ipynb") == str(beside(volume))


def test_fails_if_a_later_checkpoint_does_not_fit_since_its_notebook_can_be_opened(volume):
    create(volume)
    volume.copy_error = errno.ENOSPC
    with pytest.raises(OSError, match="copy"):
        create(volume)
    assert not apart(volume).exists()


@pytest.mark.parametrize("step", ["mkdir_error", "copy_error"])
def test_fails_for_every_other_error_of_the_volume(volume, step):
    setattr(volume, step, errno.EIO)
    with pytest.raises(OSError, match=step.removesuffix("_error")):
        create(volume)
    assert not apart(volume).exists()
