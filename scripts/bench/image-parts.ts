import type { MachineUsage } from "./machine-usage";

/** One part of a build: its duration, and what the build machine used during it. */
export interface ImagePart extends MachineUsage {
  readonly name: string;
  readonly wallMs: number;
}

/** Measures the parts of a build. Reads a usage counter at the beginning of each part. */
export class ImageParts {
  private readonly parts = new Map<string, ImagePart>();
  private current: string;
  private before: MachineUsage & { readonly at: number };

  /**
   * @param name of the first part
   * @param usage reads what the machine has used so far
   * @param now reads a clock, in milliseconds
   */
  constructor(
    name: string,
    private readonly usage: () => MachineUsage,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.current = name;
    this.before = this.read();
  }

  /** Ends the current part, and begins another. Adds up the times of a part that begins more than once. */
  begin(name: string): void {
    const after = this.read();
    const { current, before } = this;
    const known = this.parts.get(current) ?? { name: current, wallMs: 0, cpuMs: 0, stalledMs: 0, receivedBytes: 0 };
    this.parts.set(current, {
      name: current,
      wallMs: known.wallMs + after.at - before.at,
      cpuMs: known.cpuMs + after.cpuMs - before.cpuMs,
      stalledMs: known.stalledMs + after.stalledMs - before.stalledMs,
      receivedBytes: known.receivedBytes + after.receivedBytes - before.receivedBytes,
    });
    this.current = name;
    this.before = after;
  }

  /** Ends the last part. @returns all parts, in the order in which they first began */
  end(): readonly ImagePart[] {
    this.begin("");
    return [...this.parts.values()];
  }

  private read() {
    return { ...this.usage(), at: this.now() };
  }
}

const MIB = 2 ** 20;

/** The processor limits a part that runs on it, or waits for it, for at least this share of the part's time. */
const PROCESSOR_FROM = 0.6;
/** If a part waits for the processor for at least this share of its time, other programs distort its figures. */
const CONTENDED_FROM = 0.3;
/** A part that receives less than this, in bytes, does not count as a download. */
const DOWNLOAD_FROM = 2 * MIB;

/** Says what limits a part: the processor, a download, or waiting for something else. */
export function limitOf({ wallMs, cpuMs, stalledMs, receivedBytes }: ImagePart): string {
  const fetched = receivedBytes >= DOWNLOAD_FROM;
  const rate = `${(receivedBytes / MIB / (wallMs / 1000)).toFixed(1)} MiB/s`;
  if ((cpuMs + stalledMs) / wallMs < PROCESSOR_FROM) return fetched ? `its download, at ${rate}` : "waiting";
  const contended = stalledMs / wallMs >= CONTENDED_FROM ? `, which it waits for ${percent(stalledMs / wallMs)}` : "";
  return `the processor${contended}${fetched ? `; it downloads ${rate} at the same time` : ""}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} % of the time`;
}
