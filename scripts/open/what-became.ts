import { CommandError } from "../support/command-error";
import type { Machine } from "./machines";
import type { OpenPlace } from "./place";
import { terminated } from "./running-machine";

/**
 * The sentence about a machine to which the connection is lost.
 *
 * @param machine the machine now; undefined if it is terminated
 */
export function whatBecame(id: string, machine: Machine | undefined, place: Pick<OpenPlace, "target">): CommandError {
  const { open } = place.target.commands;
  if (machine === undefined || machine.state === "shutting-down") return terminated(id, place);
  const { state, why } = machine;
  if (state === "running") {
    return new CommandError(
      `${id}: expected the connection to last, got its end while the machine runs; it reboots, or the network was ` +
        `interrupted. \`${open}\` connects again`,
    );
  }
  const because = why === undefined ? "" : `: ${why}`;
  return new CommandError(
    `${id}: expected the machine to run, got one that is ${state}${because}; \`${open}\` starts it`,
  );
}

/** How often to look whether a machine stops whose connection has ended. */
const TRIES = 5;

/** Looks at EC2 until it says why a connection has ended, and returns the sentence. */
export async function whyLost(id: string, place: OpenPlace): Promise<CommandError> {
  let machine = await place.machines.get(id);
  // A machine that shuts itself down ends its connections before EC2 sees it.
  for (let tries = 1; machine?.state === "running" && tries < TRIES; tries++) {
    await place.pause();
    machine = await place.machines.get(id);
  }
  return whatBecame(id, machine, place);
}
