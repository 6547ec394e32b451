"""Makes a file system on a blank disk, and never writes over a byte of anybody else.

Usage: python3 format_disk.py DEVICE NUMBER IMAGE MKFS...     (as root)
  DEVICE   device file of a whole disk
  NUMBER   the kernel's number for it, such as 259:1: the disk that was looked at
  IMAGE    path of a file on the machine's own disk
  MKFS     the command that makes the file system, without the file to make it in
Exit codes: 0 made; 1 an unexpected error; 3 the disk is not blank; 4 it cannot be read; 5 something else holds it, or
  it is another disk; 6 mkfs failed; 7 it cannot be written. Except for 0 and 1, a few words on stdout say why.

mkfs never sees the disk. It makes the file system in a sparse file. Then this program copies what is not zero to the
disk, which it holds exclusively. Whatever is on the disk must be zero, or the same as in the file. It looks everywhere
before the first write, and once more at each place before it writes there. The first 4 KiB, which tell what is on a
disk, come last.

If that is cut off, the file stays, and the next run copies the rest. Neither the boot nor the machine counts. A disk to
which somebody wrote meanwhile, also by mounting it, is refused.
"""

import os
import struct
import subprocess
import sys

import disk as disks
from places import merged, places

NOT_BLANK, UNREADABLE, HELD, MKFS_FAILED, UNWRITABLE = 3, 4, 5, 6, 7
FIRST = 4 * 2**10
# ext4 holds no file of 16 TiB. When it is mounted, the file system grows to the size of the disk.
LARGEST = 15 * 2**40


class RefusedError(Exception):
    """Why nothing was made: an exit code, and a few words."""

    def __init__(self, code, words):
        super().__init__(words)
        self.code = code


def main(device, number, file, *mkfs):
    """Makes the file system, or goes on with one that was cut off."""
    try:
        make(device, number, file, mkfs)
    except RefusedError as refusal:
        print(refusal)
        sys.exit(refusal.code)
    except disks.UnreadableError as error:
        print(error)
        sys.exit(UNREADABLE)
    except disks.UnwritableError as error:
        print(error)
        sys.exit(UNWRITABLE)


def make(device, number, file, mkfs):
    """Makes the file system. Raises RefusedError, UnreadableError, UnwritableError."""
    disk = held(device, number)
    try:
        image = Image(file) if os.path.exists(file) else None
        if image is not None and disks.first_foreign(disk, image.looked_at(disk)) is None:
            # Nothing of it is on the disk. The size, the kind or the label may have changed since.
            image = forget(image)
        if image is None:
            image = Image.made(file, min(disk.size, LARGEST), mkfs)
        if image.size > disk.size:
            raise RefusedError(NOT_BLANK, f"a part of a file system for {image.size} bytes")
        expect_blank(disk, image.looked_at(disk), image)
        copy(image, disk)
        forget(image)
    finally:
        disk.close()


def held(device, number):
    """Returns the disk, which nothing else can hold now."""
    try:
        disk = disks.Disk(device, exclusive=True)
    except OSError as error:
        raise RefusedError(HELD, f"{device}: {error.strerror}") from error
    found = disk.number
    if found != number:
        disk.close()
        raise RefusedError(HELD, f"{device} is {found} now, and was {number}")
    return disk


def expect_blank(disk, read, image):
    """Raises RefusedError unless what is read is zero, or as in the image."""
    foreign = disks.first_foreign(disk, read, image)
    if foreign is not None:
        raise RefusedError(NOT_BLANK, f"byte {foreign} and others are not zero")


class Image(disks.Disk):
    """A file system in a sparse file."""

    def __init__(self, file):
        super().__init__(file)
        self.file = file

    @classmethod
    def made(cls, file, size, mkfs):
        """Makes the file system in a file, which is complete and on the machine's disk when it has its name."""
        new, folder = f"{file}.new", os.path.dirname(file)
        try:
            os.makedirs(folder, mode=0o700, exist_ok=True)
            with open(new, "wb") as stream:
                stream.truncate(size)
            ended = subprocess.run([*mkfs, new], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
            if ended.returncode != 0:
                free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize // 2**20
                os.unlink(new)
                raise RefusedError(MKFS_FAILED, f"{words_of(ended)}; {free} MiB were free in {folder}")
            flush(new)
            os.rename(new, file)
            flush(folder)
        except OSError as error:
            raise RefusedError(MKFS_FAILED, f"{error.filename or folder}: {error.strerror}") from error
        return cls(file)

    def places(self):
        """Returns the places that have data, in order."""
        found, offset = [], 0
        while offset < self.size:
            try:
                begin = os.lseek(self.descriptor, offset, os.SEEK_DATA)
            except OSError:
                # The rest is a hole.
                break
            offset = os.lseek(self.descriptor, begin, os.SEEK_HOLE)
            found.append((begin, offset - begin))
        return found

    def looked_at(self, disk):
        """Returns the places of the disk that are read before the first write."""
        return merged([*places(disk.size), *self.places(), *self.log()], 0, disk.size)

    def log(self):
        """Returns the place of the log of an xfs. Zeros there count, since mount reads it; ext4 needs none."""
        block = self.read(0, 512)
        if block[:4] != b"XFSB":
            return []
        # As in struct xfs_dsb of the kernel: the log begins at a block of a group, in one number.
        (block_size,) = struct.unpack_from(">I", block, 4)
        (start,) = struct.unpack_from(">Q", block, 48)
        group_blocks, log_blocks = (struct.unpack_from(">I", block, at)[0] for at in (84, 96))
        bits = block[124]
        first = (start >> bits) * group_blocks + (start & (1 << bits) - 1)
        return [(first * block_size, log_blocks * block_size)]


def copy(image, disk):
    """Writes the image to the disk. The first bytes come last."""
    pieces = list(disks.chunks(split(image.places(), FIRST)))
    for offset, length in sorted(pieces, key=lambda piece: (piece[0] < FIRST, piece[0])):
        if offset < FIRST:
            # Until they are there, nothing takes the disk for a file system.
            disk.flush()
        content = image.read(offset, length)
        if content == disks.ZEROS[:length]:
            continue
        foreign = disks.foreign_sector(disk.read(offset, length), content)
        if foreign is not None:
            raise RefusedError(NOT_BLANK, f"byte {offset + foreign} was written meanwhile")
        disk.write(offset, content)
    disk.flush()


def split(found, at):
    """Cuts the place that goes beyond an offset in two."""
    for offset, length in found:
        if offset < at < offset + length:
            yield offset, at - offset
            yield at, offset + length - at
        else:
            yield offset, length


def forget(image):
    """Removes the file, and returns None: from here on, the disk is what counts."""
    image.close()
    os.unlink(image.file)
    flush(os.path.dirname(image.file))


def flush(path):
    """Returns when a file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    os.fsync(descriptor)
    os.close(descriptor)


def words_of(ended):
    """Returns the first line that a program printed: its usage may follow."""
    lines = [line.strip() for line in (ended.stderr or ended.stdout).splitlines() if line.strip()]
    return lines[0] if lines else f"it ended with {ended.returncode}"


if __name__ == "__main__":
    main(*sys.argv[1:])
