"""What EBS allows of a volume, by type: a table, without moto.

Sizes are in GiB, throughput is in MiB/s. Source: Amazon EBS user guide, "Amazon EBS volume types" (read 2026-11).
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Smallest and largest numbers of a type. None: the type takes no such number."""

    size: tuple[int, int]
    iops: tuple[int, int] | None = None
    iops_per_gib: int = 0
    throughput: tuple[int, int] | None = None


LIMITS = {
    "gp3": Limits((1, 65536), (3000, 80000), 500, (125, 2000)),
    "gp2": Limits((1, 16384)),
    "io1": Limits((4, 16384), (100, 64000), 50),
    "io2": Limits((4, 65536), (100, 256000), 1000),
    "st1": Limits((125, 16384)),
    "sc1": Limits((125, 16384)),
    "standard": Limits((1, 1024)),
}
GP3_FREE_IOPS = 3000
GP3_IOPS_PER_MIBPS = 4


def problems(kind: str, size: int, iops: int | None, throughput: int | None) -> Iterator[tuple[str, str]]:
    """Yields what EBS refuses: AWS's error code and a sentence."""
    limits = LIMITS.get(kind)
    if limits is None:
        yield "InvalidParameterValue", f"volume type {kind!r} is unknown: expected one of {', '.join(LIMITS)}"
        return
    yield from _range(f"size of a {kind} volume in GiB", size, limits.size)
    if iops is not None and limits.iops:
        yield from _range(f"iops of a {kind} volume", iops, limits.iops)
        if iops > max(limits.iops[0], limits.iops_per_gib * size):
            yield (
                "InvalidParameterCombination",
                f"{iops} iops are too many for {size} GiB: a {kind} volume has at most {limits.iops_per_gib} per GiB",
            )
    if throughput is not None and limits.throughput:
        yield from _range(f"throughput of a {kind} volume in MiB/s", throughput, limits.throughput)
        if throughput * GP3_IOPS_PER_MIBPS > max(iops or 0, GP3_FREE_IOPS):
            yield (
                "InvalidParameterCombination",
                f"{throughput} MiB/s are too much for {iops or GP3_FREE_IOPS} iops: at most one for every "
                f"{GP3_IOPS_PER_MIBPS} iops",
            )


def gp2_iops(size: int) -> int:
    """Returns the iops of a gp2 volume, which follow from its size."""
    return min(max(100, 3 * size), 16000)


def _range(what: str, value: int, allowed: tuple[int, int]) -> Iterator[tuple[str, str]]:
    least, most = allowed
    if not least <= value <= most:
        yield "InvalidParameterValue", f"{what}: expected {least} to {most}, got {value}"
