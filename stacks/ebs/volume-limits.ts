import type { VolumeType } from "../../modules/storage/volume-block";

/**
 * EBS's limits by volume type. Sizes in GiB, throughput in MiB/s. Source: Amazon EBS user guide, "Amazon EBS volume
 * types" (read 2026-11). AWS has sold 2000 MiB/s for gp3 since September 2025, but AWS provider 5.100 accepts at most
 * 1000.
 */
export const volumeLimits = {
  gp3: { size: [1, 65536], iops: [3000, 80000], iopsPerGiB: 500, throughput: [125, 1000], throughputPerIops: 0.25 },
  gp2: { size: [1, 16384] },
  io1: { size: [4, 16384], iops: [100, 64000], iopsPerGiB: 50 },
  io2: { size: [4, 65536], iops: [100, 256000], iopsPerGiB: 1000 },
  st1: { size: [125, 16384] },
  sc1: { size: [125, 16384] },
} as const satisfies Record<VolumeType, VolumeLimits>;

export const volumeTypes = Object.keys(volumeLimits) as [VolumeType, ...VolumeType[]];

interface VolumeLimits {
  readonly size: readonly [number, number];
  readonly iops?: readonly [number, number];
  readonly iopsPerGiB?: number;
  readonly throughput?: readonly [number, number];
  readonly throughputPerIops?: number;
}

/** The numbers of a volume that limit each other. */
export interface VolumeNumbers {
  readonly volumeType: VolumeType;
  readonly volumeSizeGiB: number;
  readonly iops: number;
  readonly throughputMiBps: number;
}

/** One number that does not fit: its setting, and the phrase that completes "expected …". */
export interface VolumeProblem {
  readonly key: "volumeSizeGiB" | "iops" | "throughputMiBps";
  readonly expected: string;
}

/**
 * Every number of `volume` that EBS would refuse; empty if all fit. A missing number is not checked, and limits no
 * other.
 */
export function volumeProblems(volume: Partial<VolumeNumbers>): VolumeProblem[] {
  const { volumeType, volumeSizeGiB, iops } = volume;
  const problems: VolumeProblem[] = [];
  if (volumeType === undefined) return problems;
  const limits: VolumeLimits = volumeLimits[volumeType];
  const demand = (key: VolumeProblem["key"], [min, max]: readonly [number, number], why: string) => {
    const number = volume[key];
    if (number !== undefined && (number < min || number > max))
      problems.push({ key, expected: `${min} to ${max} ${why}` });
  };
  demand("volumeSizeGiB", limits.size, `GiB for volume type ${volumeType}`);
  if (limits.iops && limits.iopsPerGiB && volumeSizeGiB !== undefined) {
    const [min, max] = limits.iops;
    const allowed = Math.max(min, Math.min(max, limits.iopsPerGiB * volumeSizeGiB));
    demand(
      "iops",
      [min, allowed],
      `for volume type ${volumeType} with ${volumeSizeGiB} GiB (${limits.iopsPerGiB} per GiB)`,
    );
  }
  if (limits.throughput && limits.throughputPerIops && iops !== undefined) {
    const [min, max] = limits.throughput;
    const allowed = Math.max(min, Math.min(max, Math.floor(limits.throughputPerIops * iops)));
    demand("throughputMiBps", [min, allowed], `MiB/s for volume type ${volumeType} with ${iops} IOPS`);
  }
  return problems;
}
