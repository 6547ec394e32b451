"""Everything that the local AWS keeps: the stores of services at once, and moto's own objects a moment later."""

from pathlib import Path
from threading import Lock

from .errors import LocalAwsError
from .picture import Picture
from .saver import Saver
from .stores import Stores


class State:
    """The saved state of the API, in one folder. Whoever calls `load` or `changed` holds `changing`."""

    def __init__(self, folder: Path, changing: Lock) -> None:
        self._folder = folder
        self._stores = Stores(folder / "stores")
        self._picture = Picture(folder)
        self._saver = Saver(self._picture, changing)

    def load(self) -> None:
        """Reads what an earlier server kept. Raises LocalAwsError when it cannot be read."""
        self._picture.load()
        try:
            self._stores.load()
        except (OSError, ValueError) as error:
            raise LocalAwsError(f"the stores in {self._folder} cannot be read: {error}") from error

    def start(self) -> None:
        """Saves what changes from now on."""
        self._saver.start()

    @property
    def problem(self) -> str | None:
        """Why the last save failed. None: it did not."""
        return self._saver.problem

    @property
    def is_saved(self) -> bool:
        """Says whether everything that is there now is on the disk."""
        return self._saver.is_saved

    @property
    def is_stale(self) -> bool:
        """Says whether a call that only reads made something since the last save."""
        return self._picture.is_stale

    def changed(self, *, everything: bool = False) -> None:
        """Saves the stores that were used, or all, and notes that moto's objects changed.

        Raises OSError, or TypeError for a store that holds more than plain data.
        """
        self._saver.changed()
        self._stores.save(everything=everything)

    def wait_until_saved(self) -> None:
        """Returns when everything that is there now is on the disk. Raises Ending when this server ends before that."""
        self._saver.wait_until_saved()

    def save(self) -> None:
        """Saves everything now. Raises what writing raises."""
        self._saver.save()

    def end(self) -> None:
        """Stops saving."""
        self._saver.end()
