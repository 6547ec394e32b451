"""Which places of a disk are read to tell whether it is blank.

A disk of up to 2 GiB is read whole. A deploy cannot wait for every byte of a larger one: a gp3 volume gives 125 MiB and
3,000 places a second. These are read:

- the first GiB and the last 64 MiB: every partition table, volume manager, RAID and file system writes there when it is
  made
- where ext4, xfs and btrfs can have a spare superblock. A disk grows, and the spares stay. So each is looked for on the
  disk of this size, and of every whole GiB below
- both sides of each full GiB: GPT, md and ZFS have copies at the end, and xfs that grew begins a new group there
- 256 KiB at each of 2048 evenly spread places, for data that no tool recognizes

Offsets and lengths are bytes.
"""

KIB, MIB, GIB, TIB = 2**10, 2**20, 2**30, 2**40
WHOLE = 2 * GIB
BLOCK = 4 * KIB
HEAD, TAIL = GIB, 64 * MIB
SAMPLES, SAMPLE = 2048, 256 * KIB
EDGE = 256 * KIB
# What is read for one spare superblock. One of ext4 may begin 1 KiB later than its group.
SPARE = 8 * KIB
# One of xfs begins later by what its groups are rounded up.
SPARE_XFS = 64 * KIB
# The most groups of an xfs that are looked for; mkfs.xfs makes 4, or as many as the machine has processors.
GROUPS = 256
PRIMES = [number for number in range(2, GROUPS) if all(number % other for other in range(2, number))]
# About how many places are read for the former sizes of a disk, besides those of the smallest primes.
FORMER = 20_000


def places(size, begin=0):
    """Returns the places of a disk, or of its part from `begin` on, in order: (offset, length) without overlap."""
    if size - begin <= WHOLE:
        return [(begin, size - begin)] if size > begin else []
    wanted = [(begin, HEAD), (size - TAIL, TAIL), *spare_superblocks(size)]
    wanted += [(offset - EDGE, 2 * EDGE) for offset in range(GIB, size, GIB)]
    stride = (size - begin - HEAD - TAIL) // SAMPLES
    # At a full MiB, where allocators tend to begin.
    wanted += [((begin + HEAD + index * stride) // MIB * MIB, SAMPLE) for index in range(SAMPLES)]
    return merged(wanted, begin, size)


def merged(wanted, begin, end):
    """Returns places in order and without overlap, as whole blocks of 4 KiB between `begin` and `end`."""
    found = []
    for offset, length in sorted(wanted):
        first, last = max(offset // BLOCK * BLOCK, begin), min(-(-(offset + length) // BLOCK) * BLOCK, end)
        if last <= first:
            continue
        if found and first <= found[-1][1]:
            found[-1][1] = max(found[-1][1], last)
        else:
            found.append([first, last])
    return [(first, last - first) for first, last in found]


def spare_superblocks(size):
    """Returns the places where a spare superblock can be, unordered and with overlaps."""
    former = range(GIB, size, GIB)
    return [*of_ext4(size, former), *of_xfs(size, former), *of_btrfs()]


def of_ext4(size, former):
    """Yields the places of ext4.

    A group has 8 blocks for each byte of a block, or as many clusters: a power of two from 8 MiB on. Spare superblocks
    are in group 1 and those whose numbers are powers of 3, 5 and 7; with sparse_super2, in the last group alone.
    """
    for power in range(23, 40):
        group = 2**power
        for base in (3, 5, 7):
            index = 1
            while index * group < size:
                yield index * group, SPARE
                index *= base
        # From there on, the last group of a former size begins at a full GiB.
        ends = [size, *former] if group < GIB else [size]
        yield from ((last_group(end, group), SPARE) for end in ends)


def last_group(end, group):
    """Returns where the last group begins on a disk of `end` bytes."""
    return (end - 1) // group * group


def of_xfs(size, former):
    """Yields the places of xfs.

    Each group begins with a superblock. Of n groups on a disk, one begins at 1/p of the disk, with any prime factor p
    of n. So a few places find most numbers of groups. From 4 TiB on, a group has 1 TiB.
    """
    yield from ((group_behind_head(size, groups), SPARE_XFS) for groups in range(2, GROUPS + 1))
    primes = PRIMES[: max(3, FORMER // max(1, len(former)) - 8)]
    yield from ((group_behind_head(end, prime), SPARE_XFS) for end in former for prime in primes)
    yield from ((offset, SPARE_XFS) for offset in range(TIB, size, TIB))


def group_behind_head(end, groups):
    """Returns where the first of some groups begins on a disk of `end` bytes that is not in the first GiB."""
    index = HEAD // (end // groups) + 1
    return index * end // groups


def of_btrfs():
    """Returns the places of btrfs."""
    return [(offset, SPARE) for offset in (64 * KIB, 64 * MIB, 256 * GIB)]
