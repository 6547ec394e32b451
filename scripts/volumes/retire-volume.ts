import { CommandError, InterruptedError } from "../support/command-error";
import { isInterrupted } from "../support/interrupt";
import { program } from "../support/program";
import type { StackState } from "../terraform/stack-state";
import type { NumberedVolume, RetirementSnapshot, VolumeAccount } from "./volume-account";

const { typedCommand } = program("settings/typed-command");

/** How often to look for the mark. */
const MARK_TRIES = 12;

/** What a retirement works with. */
export interface Place {
  readonly account: Pick<
    VolumeAccount,
    "volumes" | "retirementSnapshots" | "snapshot" | "mark" | "takeSnapshot" | "delete"
  >;
  readonly state: Pick<StackState, "addressesOf" | "forget">;
  /** `WORKBENCH_ENV`, for commands in messages. */
  readonly environment: string;
  /** Stacks after the one that has the volumes: those whose machines use them. */
  readonly users: readonly string[];
  /** The time, different at every call: a mark has it, and the snapshot that was taken after the mark. */
  readonly now: () => string;
  /** Waits before it looks at EC2 again. */
  readonly pause: () => Promise<void>;
}

/** A volume that can be retired. */
export interface Retirement {
  readonly volume: NumberedVolume;
  /** Its addresses in the state. Empty when an unfinished run took it out already. */
  readonly addresses: readonly string[];
  /** The snapshot that an unfinished run began. */
  readonly snapshot?: RetirementSnapshot;
}

/** The snapshot of a volume that was retired; undefined if there is none, or a volume with that number again. */
export async function snapshotOfRetired({ account }: Place, index: number): Promise<RetirementSnapshot | undefined> {
  if ((await account.volumes()).some((volume) => volume.index === index)) return undefined;
  return (await account.retirementSnapshots())
    .filter((snapshot) => snapshot.index === index && snapshot.state === "completed")
    .sort((a, b) => b.retiredSince.localeCompare(a.retiredSince))[0];
}

/**
 * Checks that the last of a stack's data volumes can be retired. Changes no data.
 *
 * @param index the number that the volume must have
 * @param stack name of the stack, for messages
 * @throws CommandError one sentence: there is no such volume, it is not the last one, a machine has it, or the state
 * does not know it
 */
export async function prepareRetirement(place: Place, index: number, stack: string): Promise<Retirement> {
  const { account, state } = place;
  const volumes = await account.volumes();
  const numbered = volumes.filter((volume) => volume.index === index);
  // After an unfinished retirement, a deploy can have made another volume with this number. Finish with the old one.
  const volume = numbered.find(({ retiringSince }) => retiringSince !== undefined) ?? numbered[0];
  if (volume === undefined) {
    throw refusal(index, `a volume of stack ${stack}`, "none", `there are ${named(volumes) || "no others"}`);
  }
  const after = volumes.filter((each) => each.index > index);
  if (after.length > 0) throw refusal(index, "the last one", `${named(after)} after it`, "retire the last one first");
  const begun = volume.retiringSince !== undefined;
  if (!begun && numbered.length > 1) {
    throw refusal(index, "one volume", named(numbered), "give the wrong one another tag Set");
  }
  await refuseWhileAttached(place, volume);
  const addresses = await state.addressesOf(volume.id);
  if (!begun && addresses.length === 0) {
    const fix = "deploy the stack first, which adopts a half-made volume, or use the state that has it";
    throw refusal(index, `the state of stack ${stack} to have ${volume.id}`, "a state without it", fix);
  }
  const snapshots = await account.retirementSnapshots();
  const snapshot = snapshots.find(
    ({ volumeId, retiredSince }) => volumeId === volume.id && retiredSince === volume.retiringSince,
  );
  return { volume, addresses, snapshot };
}

/**
 * Retires a volume: marks it, waits for a snapshot to be complete, takes the volume out of the state, and deletes it.
 * If this is cut off at any point, {@link prepareRetirement} and this go on from there.
 *
 * @param report shows what it is doing
 * @returns the snapshot's id
 */
export async function retireVolume(
  place: Place,
  { volume, addresses, snapshot }: Retirement,
  report: (progress: string) => void,
): Promise<string> {
  const { account, state } = place;
  const begin = (step: string): void => {
    if (isInterrupted()) throw new InterruptedError(`data volume ${volume.index}: run the command again to finish`);
    report(step);
  };
  const since = volume.retiringSince ?? place.now();
  if (volume.retiringSince === undefined) {
    begin("marking it");
    await account.mark(volume.id, since);
    await untilMarked(place, volume, since);
  }
  begin("taking a snapshot");
  // Only after the mark, with which no stack uses the volume: what a machine writes after the snapshot would be lost.
  const id = snapshot?.id ?? (await account.takeSnapshot(volume, since));
  while (!(await isCompleted(account, id, begin))) await place.pause();
  await refuseChanged(place, await find(account, volume), volume, since);
  begin("taking it out of the state");
  if (addresses.length > 0) await state.forget(addresses);
  begin("deleting it");
  await account.delete(volume.id);
  return id;
}

/** EC2 shows a new tag after a moment. */
async function untilMarked(place: Place, volume: NumberedVolume, since: string): Promise<void> {
  for (let tries = 1; ; tries++) {
    const found = await find(place.account, volume);
    if (found?.retiringSince === since || tries === MARK_TRIES) return refuseChanged(place, found, volume, since);
    await place.pause();
  }
}

async function isCompleted(account: Place["account"], id: string, begin: (step: string) => void): Promise<boolean> {
  const { state, progress } = await account.snapshot(id);
  if (state === "completed") return true;
  if (state !== "pending") throw new CommandError(`the snapshot ${id} failed (${state}); run the command again`);
  begin(`snapshot ${id}: ${progress}`);
  return false;
}

async function find(account: Place["account"], { id }: NumberedVolume): Promise<NumberedVolume | undefined> {
  return (await account.volumes()).find((each) => each.id === id);
}

/** Refuses to go on if a machine has the volume, or if somebody took away the mark, with which none gets it. */
async function refuseChanged(
  place: Place,
  found: NumberedVolume | undefined,
  { id, index }: NumberedVolume,
  since: string,
): Promise<void> {
  if (found?.retiringSince !== since) {
    throw refusal(index, `${id} with the tag Retiring=${since}`, "a change by somebody else", "run the command again");
  }
  await refuseWhileAttached(place, found);
}

async function refuseWhileAttached(place: Place, volume: NumberedVolume): Promise<void> {
  const { account, now } = place;
  const { id, index, attachedTo, retiringSince } = volume;
  if (attachedTo.length === 0) return;
  // A snapshot that was begun lacks what the machine writes. With another mark, the next run takes a new one.
  if (retiringSince !== undefined) await account.mark(id, now());
  throw refusal(index, `no machine to have ${id}`, attachedTo.join(" and "), toFree(place, index));
}

/** If somebody only detached it, the next deploy of the stack that uses it would attach it again. */
function toFree({ environment, users }: Place, index: number): string {
  if (users.length === 0) return "unmount it there and detach it first";
  const deploy = typedCommand(environment, `npx cdktf deploy ${users.join(" ")}`);
  return `first set the number of volumes of ${users.join(" and ")} to ${index} and run \`${deploy}\``;
}

function named(volumes: readonly NumberedVolume[]): string {
  return volumes.map(({ id, index }) => `data volume ${index} (${id})`).join(" and ");
}

function refusal(index: number, expected: string, got: string, fix: string): CommandError {
  return new CommandError(`data volume ${index}: expected ${expected}, got ${got}; ${fix}`);
}
