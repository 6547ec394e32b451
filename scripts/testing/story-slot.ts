import { setTimeout as sleep } from "node:timers/promises";
import { isInterrupted } from "../support/interrupt";
import { type HeldPort, holdPort } from "./hold-port";
import places from "./places.json";

const PORTS = Array.from({ length: places.storiesAtOnce }, (_, number) => places.firstStoryPort + number);

/**
 * Runs a story as soon as there is a free slot on this computer. Stories of other clones take slots too, because the
 * disk and the processors of a computer allow four at once.
 *
 * @param report called while the story waits
 * @param ports one port for each slot, held while its story runs
 */
export async function inStorySlot<T>(
  report: (progress: string) => void,
  story: () => Promise<T>,
  ports: readonly number[] = PORTS,
): Promise<T> {
  const slot = await holdSlot(report, ports);
  try {
    return await story();
  } finally {
    await slot?.release();
  }
}

/** Undefined after Ctrl-C: then the story itself reports that it was not begun. */
async function holdSlot(report: (progress: string) => void, ports: readonly number[]): Promise<HeldPort | undefined> {
  for (; !isInterrupted(); await sleep(1000)) {
    for (const port of ports) {
      const slot = await holdPort(port);
      if (slot !== undefined) return slot;
    }
    report("waits for a story of another test run to end");
  }
  return undefined;
}
