import type { MachineUsage } from "./machine-usage";

/** One part of a build: what it took, and what the machine that builds used meanwhile. */
export interface ImagePart extends MachineUsage {
  readonly name: string;
  readonly wallMs: number;
}

/** Takes the time of the parts of a build, by a counter that is read at each beginning. */
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

  /** Ends the part that it is in, and begins another; one that comes again is added to. */
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

  /** Ends the last part. @returns all of them, in the order in which they first began */
  end(): readonly ImagePart[] {
    this.begin("");
    return [...this.parts.values()];
  }

  private read() {
    return { ...this.usage(), at: this.now() };
  }
}

const MIB = 2 ** 20;

/** A part is limited by the processor when it has it, or waits for it, from this share of its time on. */
const PROCESSOR_FROM = 0.6;
/** From this share on, others had the processor so much that the figures are theirs as well. */
const CONTENDED_FROM = 0.3;
/** Less than this is no download, in bytes. */
const DOWNLOAD_FROM = 2 * MIB;

/** What a part's time is spent on: the processor, a download, or waiting for something else. */
export function limitOf({ wallMs, cpuMs, stalledMs, receivedBytes }: ImagePart): string {
  const fetched = receivedBytes >= DOWNLOAD_FROM;
  const rate = `${(receivedBytes / MIB / (wallMs / 1000)).toFixed(1)} MiB/s`;
  if ((cpuMs + stalledMs) / wallMs < PROCESSOR_FROM) return fetched ? `what it fetches, at ${rate}` : "waiting";
  const contended = stalledMs / wallMs >= CONTENDED_FROM ? `, for which it waits ${percent(stalledMs / wallMs)}` : "";
  return `the processor${contended}${fetched ? `; it fetches ${rate} meanwhile` : ""}`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} % of the time`;
}
