"""Makes the spare superblocks of a mounted xfs agree with the first one.

Usage: python3 xfs_spares.py DEVICE MOUNT-POINT     (as root)
Exit codes: 0 they agree; 1 an unexpected error.

The kernel grows an xfs in its log, and writes the new size to the spare superblocks afterwards. If the machine loses
its power in between, they keep the old size for ever. xfs_repair would believe them, and cut off what is behind.
"""

import fcntl
import mmap
import os
import struct
import sys

# From xfs_fs.h of the kernel: XFS_IOC_FSGEOMETRY_V1 and XFS_IOC_FSGROWFSDATA.
GEOMETRY, GEOMETRY_BYTES = 0x80705864, 112
GROW = 0x4010586E
READ = 4096


def main(device, mount_point):
    """Writes the spare superblocks if one of them has another size than the file system."""
    folder = os.open(mount_point, os.O_RDONLY)
    geometry = fcntl.ioctl(folder, GEOMETRY, bytes(GEOMETRY_BYTES))
    block, _, group_blocks, groups, _, _, _, inodes_percent = struct.unpack_from("=8I", geometry)
    (blocks,) = struct.unpack_from("=Q", geometry, 32)
    if all(spare == (blocks, groups) for spare in spares(device, groups, group_blocks * block)):
        return
    # To grow it to the size that it has writes them, and nothing else.
    fcntl.ioctl(folder, GROW, struct.pack("=QI4x", blocks, inodes_percent))


def spares(device, groups, group_size):
    """Yields the blocks and groups that each spare superblock tells."""
    # Past the memory of the kernel, which may be older than the disk.
    disk = os.open(device, os.O_RDONLY | os.O_DIRECT)
    with mmap.mmap(-1, READ) as memory:
        for group in range(1, groups):
            os.preadv(disk, [memory], group * group_size)
            yield struct.unpack_from(">Q", memory, 8)[0], struct.unpack_from(">I", memory, 88)[0]
    os.close(disk)


if __name__ == "__main__":
    main(*sys.argv[1:])
