"""Checkpoints of notebooks, for JupyterLab on a volume without a free byte."""

import contextlib
import errno
import os
import tempfile
from typing import Any

from jupyter_server.services.contents.filecheckpoints import AsyncFileCheckpoints

CHECKPOINT = "checkpoint"


def is_full(error: OSError) -> bool:
    """Says whether a volume or a quota is full."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)


class Checkpoints(AsyncFileCheckpoints):
    """Jupyter's own, beside the notebooks. While the volume has no room for a first one, it is in a temporary folder.

    JupyterLab makes a first checkpoint of each notebook that it opens. If that fails, it shows an error in the place of
    the notebook. Jupyter itself goes to that temporary folder only from folders that it may not write.
    """

    def checkpoint_path(self, checkpoint_id: str, path: str) -> str:
        """Where a checkpoint is, or would be made."""
        apart = self._apart(checkpoint_id, path)
        try:
            beside = super().checkpoint_path(checkpoint_id, path)  # makes its folder
        except OSError as error:
            if not is_full(error):
                raise
            os.makedirs(os.path.dirname(apart), mode=0o700, exist_ok=True)
            return apart
        return apart if os.path.isfile(apart) and not os.path.isfile(beside) else beside

    async def create_checkpoint(self, contents_mgr: Any, path: str) -> dict[str, Any]:
        """Makes a checkpoint, beside the notebook if there is room."""
        apart = self._apart(CHECKPOINT, path)
        with contextlib.suppress(FileNotFoundError):
            os.unlink(apart)
        target = self.checkpoint_path(CHECKPOINT, path)
        is_first = not os.path.isfile(target)
        try:
            return await super().create_checkpoint(contents_mgr, path)
        except OSError as error:
            if not is_full(error) or not is_first:
                raise
            # A part of a checkpoint is none.
            with contextlib.suppress(FileNotFoundError):
                os.unlink(target)
        os.makedirs(os.path.dirname(apart), mode=0o700, exist_ok=True)
        await self._copy(contents_mgr._get_os_path(path), apart)
        return await self.checkpoint_model(CHECKPOINT, apart)

    def _apart(self, checkpoint_id: str, path: str) -> str:
        """Path of a checkpoint in the temporary folder."""
        parent, name = os.path.split(path.strip("/"))
        stem, extension = os.path.splitext(name)
        return os.path.join(tempfile.gettempdir(), "jupyter_checkpoints", parent, f"{stem}-{checkpoint_id}{extension}")
