import { CommandError } from "../support/command-error";
import type { Machine } from "./machines";
import type { OpenPlace, Show } from "./place";

/** AWS takes minutes at most. A machine that hangs in its shutdown is ended by force sooner. */
const LIMIT_MS = 600_000;

/** EC2's answers lag behind: after a start, it may still say for a while that the machine is stopped. */
const LAG_MS = 30_000;

/** A machine that runs. */
export interface RunningMachine extends Machine {
  readonly address: string;
  /** Why it had been stopped. Undefined if it ran already. */
  readonly wasStopped?: string;
}

/** A machine that nobody can log in to yet, or not any more. */
const states: Readonly<Record<string, string>> = {
  pending: "it starts",
  stopping: "it stops; then it is started again",
};

/**
 * Finds the machine, starts it if it is stopped, and waits until it runs.
 *
 * @throws CommandError one sentence: there is none, there are several, it is being terminated, or it does not start
 */
export async function runningMachine(place: OpenPlace, show: Show): Promise<RunningMachine> {
  const { machines, now, pause } = place;
  let machine: Machine | undefined = await theMachine(place);
  const { id } = machine;
  const giveUpAt = now() + LIMIT_MS;
  let wasStopped: string | undefined;
  let startedAt: number | undefined;
  let isStarting = false;
  while (machine.state !== "running" || machine.address === undefined) {
    const { state, why = "EC2 does not say why" } = machine;
    if (state === "stopped" && startedAt === undefined) {
      wasStopped = why;
      show(`${id} is stopped: ${why}. Starting it`);
      await machines.start(id);
      startedAt = now();
    } else if (state === "stopped" && (isStarting || now() - (startedAt ?? 0) > LAG_MS)) {
      throw new CommandError(`${id}: expected the machine to start, got stopped again: ${why}`);
    } else {
      isStarting ||= startedAt !== undefined && state !== "stopped";
      show(state === "stopped" ? `${id}: it was told to start` : `${id} is ${state}: ${states[state] ?? why}`);
    }
    if (now() > giveUpAt) {
      const got = `${state} after ${LIMIT_MS / 60_000} minutes`;
      throw new CommandError(`${id}: expected the machine to run, got ${got}; look at it in EC2's console`);
    }
    await pause();
    machine = await machines.get(id);
    if (machine === undefined || machine.state === "shutting-down") throw terminated(id, place);
  }
  return { ...machine, address: machine.address, ...(wasStopped !== undefined && { wasStopped }) };
}

async function theMachine(place: OpenPlace): Promise<Machine> {
  const { target, machines } = place;
  const found = await machines.all();
  const [machine, ...others] = found.filter(({ state }) => state !== "shutting-down");
  if (machine === undefined) {
    const [last] = found;
    if (last !== undefined) throw terminated(last.id, place);
    const tags = Object.entries(target.tags).map(([key, value]) => `${key}=${value}`);
    throw new CommandError(
      `machine: expected one tagged ${tags.join(", ")} in ${target.region}, got none; run \`${target.commands.deploy}\`, ` +
        "or use the region and the account of the machine",
    );
  }
  if (others.length > 0) {
    const got = [machine, ...others].map(({ id, state }) => `${id} (${state})`).join(" and ");
    throw new CommandError(
      `machine: expected one tagged Name=${target.tags["Name"]}, got ${got}; terminate the one that the output ` +
        "instance_id does not name: a deploy that was killed has left it",
    );
  }
  return machine;
}

/** The sentence about a machine that is terminated, or is about to be. */
export function terminated(id: string, { target }: Pick<OpenPlace, "target">): CommandError {
  return new CommandError(
    `${id}: expected a machine that can be started, got one that somebody terminated; \`${target.commands.deploy}\` ` +
      "makes another one. The data volume is kept",
  );
}
