import { setTimeout as sleep } from "node:timers/promises";
import { isInterrupted } from "../support/interrupt";
import { type HeldPort, holdPort } from "./hold-port";
import places from "./places.json";

const PORTS = Array.from({ length: places.storiesAtOnce }, (_, number) => places.firstStoryPort + number);

/**
 * Runs a story as soon as there is a slot for it on this computer. Stories of other clones take slots too: the disk and the
 * processors allow four at once, whoever runs them.
 *
 * @param report told when it has to wait
 * @param ports one a slot, held while its story runs
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

/** Undefined after Ctrl-C: the story then says itself that it was not begun. */
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
