"""Which places of a disk are read: they cover every geometry, and no more than a deploy can wait for."""

import random
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[4] / "scripts/machine/data-volume/lib"))

from places import GIB, HEAD, MIB, TAIL, TIB, places

SIZES = [3 * GIB, 10 * GIB, 12 * GIB, 100 * GIB, 1000 * GIB]


def reads(found, offset):
    """Returns whether the first bytes at an offset are read."""
    return any(begin <= offset and offset + 512 <= begin + length for begin, length in found)


def xfs_groups(size, groups, block=4096):
    """Returns where the groups of an xfs begin, as mkfs.xfs divides a disk."""
    group = -(-(size // block) // groups) * block
    return [index * group for index in range(1, groups)]


@pytest.mark.parametrize("size", [1, 4096, GIB, 2 * GIB])
def test_a_small_disk_is_read_whole(size):
    assert places(size) == [(0, size)]


@pytest.mark.parametrize("size", SIZES)
def test_places_are_in_order_without_overlap_and_on_the_disk(size):
    found = places(size)
    ends = [0, *[offset + length for offset, length in found]]
    assert all(offset >= end for (offset, _), end in zip(found, ends, strict=False))
    assert ends[-1] == size
    assert all(length > 0 for _, length in found)
    assert found[0][1] >= HEAD
    assert found[-1][1] >= TAIL


@pytest.mark.parametrize("size", SIZES)
def test_what_lies_behind_a_place_is_read_from_there_on(size):
    begin = size // 3 + 512
    found = places(size, begin)
    assert found[0][0] == begin
    assert sum(found[-1]) == size
    assert places(size, size) == []


@pytest.mark.parametrize(
    ("size", "gib", "count"), [(100 * GIB, 2, 10_000), (1000 * GIB, 3, 25_000), (16 * TIB, 13, 160_000)]
)
def test_a_deploy_can_wait_for_it(size, gib, count):
    found = places(size)
    assert sum(length for _, length in found) < gib * GIB
    assert len(found) < count


@pytest.mark.parametrize("size", [12 * GIB, 100 * GIB, 1000 * GIB])
@pytest.mark.parametrize("groups", [2, 3, 4, 5, 7, 8, 13, 16, 31, 64, 101, 128, 251])
def test_one_group_of_an_xfs_is_read(size, groups):
    assert any(reads(places(size), offset) for offset in xfs_groups(size, groups) if offset > HEAD)


@pytest.mark.parametrize("groups", [2, 3, 4, 5, 7, 8, 13, 16])
def test_one_group_of_an_xfs_of_a_smaller_disk_is_read(groups):
    found = places(100 * GIB)
    for gib in range(3, 100):
        begins = [offset for offset in xfs_groups(gib * GIB, groups) if HEAD < offset < 100 * GIB - TAIL]
        assert not begins or any(reads(found, offset) for offset in begins), f"{groups} groups of {gib} GiB"


@pytest.mark.parametrize("groups", range(2, 65))
def test_the_first_group_that_an_xfs_got_by_growing_is_read(groups):
    found = places(100 * GIB)
    for gib in range(3, 99):
        group = xfs_groups(gib * GIB, groups)[0]
        # The last group of the smaller disk may have been filled up.
        assert reads(found, groups * group), f"{groups} groups of {gib} GiB"


@pytest.mark.parametrize("block", [1024, 2048, 4096])
@pytest.mark.parametrize("clusters", [1, 2, 16])
def test_a_spare_superblock_of_ext4_is_read(block, clusters):
    group = 8 * block * block * clusters
    first = 1024 if block * clusters == 1024 else 0
    found = places(100 * GIB)
    for base in (3, 5, 7):
        index = base
        while index * group < 100 * GIB:
            assert reads(found, first + index * group)
            index *= base


@pytest.mark.parametrize("block", [1024, 2048, 4096])
def test_the_only_spare_superblock_of_ext4_in_the_last_group_is_read(block):
    group = 8 * block * block
    first = 1024 if block == 1024 else 0
    found = places(100 * GIB)
    for gib in range(3, 101):
        last = (gib * GIB // block - 1 - first // block) // (8 * block)
        assert reads(found, first + last * group), f"{gib} GiB"


def test_data_of_two_mebibytes_anywhere_is_seen_on_a_disk_of_a_few_gib():
    found = places(4 * GIB)
    for _ in range(1000):
        begin = random.randrange(4 * GIB - 2 * MIB)
        assert any(offset < begin + 2 * MIB and begin < offset + length for offset, length in found)
