"""A disk whose bytes are read, and compared with zeros or with the image of a file system."""

import os

CHUNK = 2**20
SECTOR = 512
ZEROS = bytes(CHUNK)


class UnreadableError(Exception):
    """A place that cannot be read, in a few words."""


class UnwritableError(Exception):
    """A place that cannot be written, in a few words."""


class Disk:
    """A block device, held as long as this object is open."""

    def __init__(self, device, exclusive=False):
        """Opens the device.

        exclusive: for writing, and nothing else may mount it, format it or hold it the same way meanwhile. Raises
        BlockingIOError or OSError (EBUSY) if something does already.
        """
        flags = os.O_RDWR | os.O_EXCL if exclusive else os.O_RDONLY
        self.descriptor = os.open(device, flags | os.O_CLOEXEC)
        self.size = os.lseek(self.descriptor, 0, os.SEEK_END)

    @property
    def number(self):
        """Returns the kernel's number of the device: "259:1"."""
        number = os.fstat(self.descriptor).st_rdev
        return f"{os.major(number)}:{os.minor(number)}"

    def read(self, offset, length):
        """Returns bytes. Raises UnreadableError."""
        try:
            found = os.pread(self.descriptor, length, offset)
        except OSError as error:
            raise UnreadableError(f"{error.strerror} about byte {self.first_unreadable(offset, length)}") from error
        if len(found) != length:
            raise UnreadableError(f"it ended at byte {offset + len(found)}, expected {self.size} bytes")
        return found

    def first_unreadable(self, offset, length):
        """Returns about the first sector that cannot be read: the kernel reads some more at once."""
        for place in range(offset, offset + length, SECTOR):
            try:
                os.pread(self.descriptor, min(SECTOR, offset + length - place), place)
            except OSError:
                return place
        return offset

    def write(self, offset, content):
        """Writes bytes. Raises UnwritableError."""
        written = 0
        try:
            while written < len(content):
                written += os.pwrite(self.descriptor, content[written:], offset + written)
        except OSError as error:
            raise UnwritableError(f"{error.strerror} about byte {offset + written}") from error

    def flush(self):
        """Returns when everything is on the disk. Raises UnwritableError."""
        try:
            os.fsync(self.descriptor)
        except OSError as error:
            raise UnwritableError(error.strerror) from error

    def close(self):
        """Lets go of the device."""
        os.close(self.descriptor)


def chunks(places):
    """Divides places into pieces that are read at once."""
    for offset, length in places:
        for begin in range(offset, offset + length, CHUNK):
            yield begin, min(CHUNK, offset + length - begin)


def first_foreign(disk, places, image=None):
    """Returns the offset of the first sector that is neither zero nor that of the image; None if there is none."""
    for offset, length in chunks(places):
        content = disk.read(offset, length)
        if content == ZEROS[:length]:
            continue
        ours = ZEROS[:length] if image is None or offset + length > image.size else image.read(offset, length)
        if content == ours:
            continue
        found = foreign_sector(content, ours)
        if found is not None:
            return offset + found
    return None


def foreign_sector(content, ours):
    """Returns where in some bytes the first sector begins that is neither zero nor that of the image."""
    for begin in range(0, len(content), SECTOR):
        sector = content[begin : begin + SECTOR]
        if sector not in (ZEROS[: len(sector)], ours[begin : begin + SECTOR]):
            return begin
    return None
