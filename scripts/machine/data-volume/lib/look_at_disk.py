"""Tells whether a disk, or what lies behind a file system on it, is blank.

Usage: python3 look_at_disk.py DEVICE [BEGIN]     (as root)
  BEGIN    first byte to look at, behind a file system. Default: 0
Exit codes: 0 blank; 1 an unexpected error; 3 not blank; 4 it cannot be read; 5 not blank, with spare superblocks. For 3
  and 4, a few words on stdout say what is there. For 5, the first line says where which are. If they are of one file
  system, a second line has the command that repairs it.
"""

import struct
import sys

import disk as disks
from places import KIB, places

NOT_BLANK, UNREADABLE, SPARES = 3, 4, 5


def main(device, begin="0"):
    """Looks, and ends the program with what was found."""
    disk = disks.Disk(device)
    try:
        foreign = disks.first_foreign(disk, places(disk.size, int(begin)))
        if foreign is None:
            return
        # Behind a file system are its own spare superblocks. They mean nothing.
        spares = {} if int(begin) else spare_superblocks(disk, device)
        if not spares:
            print(f"the first byte that is not zero is about {foreign}")
            sys.exit(NOT_BLANK)
        print(", ".join(spare for spare, _ in spares.values()))
        if len(spares) == 1:
            print(*[command for _, command in spares.values()])
        sys.exit(SPARES)
    except disks.UnreadableError as error:
        print(error)
        sys.exit(UNREADABLE)
    finally:
        disk.close()


def spare_superblocks(disk, device):
    """Returns the first spare superblock of each file system, by its identity: where it is, and the repairing command.

    Spares of a former file system survive the making of a new one. Raises UnreadableError if any place cannot be read.
    """
    found = {}
    for offset, length in disks.chunks(places(disk.size)):
        content = disk.read(offset, length)
        for magic, at, look in ((b"XFSB", 0, xfs), (b"\x53\xef", 56, ext4), (b"_BHRfS_M", 64, btrfs)):
            for begin in sectors_with(content, magic, at):
                sector = content[begin : begin + disks.SECTOR]
                if len(sector) == disks.SECTOR and offset + begin > 0:
                    add(found, look, sector, offset + begin, device)
    return found


def add(found, look, sector, offset, device):
    """Adds a superblock to what was found if it is one, and the first of its file system."""
    identity, command = look(sector, offset, device)
    if identity is not None:
        found.setdefault((look, identity), (f"{look.__name__} at byte {offset}", command))


def sectors_with(content, magic, at):
    """Yields where the sectors begin that have these bytes at this place."""
    found = -1
    while (found := content.find(magic, found + 1)) >= 0:
        if found % disks.SECTOR == at:
            yield found - at


def xfs(sector, offset, device):
    """Returns an xfs's identity and its repairing command: it finds the spares itself. (None, …) if it is none."""
    (size,) = struct.unpack_from(">I", sector, 4)
    (blocks,) = struct.unpack_from(">I", sector, 84)
    whole = size * blocks > 0 and offset % (size * blocks) == 0
    return (sector[32:48], size, blocks) if whole else None, f"xfs_repair {device}"


def ext4(sector, offset, device):
    """Returns an ext4's identity and its repairing command. (None, …) unless it is where it says that it is."""
    first, exponent, group_blocks = (struct.unpack_from("<I", sector, at)[0] for at in (20, 24, 32))
    (group,) = struct.unpack_from("<H", sector, 90)
    size = KIB << min(exponent, 7)
    whole = group > 0 and offset == (first + group * group_blocks) * size
    command = f"e2fsck -b {offset // size} -B {size} {device}"
    return (sector[104:120], size, group_blocks) if whole else None, command


def btrfs(sector, offset, device):
    """Returns a btrfs's identity and its repairing command. (None, …) unless it is where it says that it is."""
    (at,) = struct.unpack_from("<Q", sector, 48)
    return sector[32:48] if at == offset else None, f"btrfs rescue super-recover {device}"


if __name__ == "__main__":
    main(*sys.argv[1:])
