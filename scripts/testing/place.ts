import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isPortTaken } from "../local-aws/port-holder";
import { ask } from "../support/ask";
import { CommandError, InterruptedError } from "../support/command-error";
import { isInterrupted } from "../support/interrupt";
import { cacheDirectory } from "../support/project";
import { type HeldPort, holdPort } from "./hold-port";
import places from "./places.json";
import { isThere, type SweepOptions, sweep } from "./sweep";
import { sweepWhenGone } from "./sweep-when-gone";

/** How long to wait for other sweeps. Shorter than the hooks of tests may take. */
const SWEEP_LIMIT_SEC = 600;

/** What one running test may use. No other test on this computer has it, not even in another clone. */
export interface Place {
  /** Port on 127.0.0.1 for its local AWS. */
  readonly port: number;
  /** Addresses for machines, as a CIDR block. */
  readonly network: string;
  /** Ports on this computer for a tunnel. */
  readonly tunnelPorts: { readonly nrepl: number; readonly jupyter: number };
  /**
   * Folder for everything that the test makes. It is swept when the place is given back, or when its holder is gone.
   */
  readonly folder: string;
  /**
   * Sweeps the folder and frees the place.
   *
   * @returns the homes of the local AWSs that were still running
   * @throws CommandError what could not be swept. The next test run tries again
   */
  giveBack(options?: SweepOptions): Promise<string[]>;
}

/**
 * Claims a place that no process holds, and in which no test left anything. Two processes that claim at the same time
 * get different places. If the holder is killed, a process that survives it sweeps the folder at once, or else the next
 * test run does.
 *
 * @throws CommandError when every place is taken
 */
export async function claimPlace(): Promise<Place> {
  for (let number = 0; number < places.count; number++) {
    // Do not hold a recorded place, not even for a moment: a sweeper would think that a test uses it, and skip it.
    if (readRecord(number) !== undefined) continue;
    const claim = await holdPort(places.firstClaimPort + number);
    if (claim === undefined) continue;
    if (readRecord(number) === undefined && (await isFree(number))) return take(number, claim);
    await claim.release();
  }
  throw new CommandError(
    `expected a free place for a test among ${places.count}, got none: ` +
      "end the test runs that hold them; " +
      `npm test sweeps those in ${recordDirectory()} that no process holds`,
  );
}

/** @internal Checks that a place's port and network are free: other programs, and other users' tests, make no claim. */
export async function isFree(number: number): Promise<boolean> {
  if (await isPortTaken(places.firstAwsPort + number)) return false;
  // Without the program ip there are no machines, and so no routes to them.
  const { stdout } = await ask("ip", ["-4", "route", "show", "table", "all", "root", networkOf(number)]);
  return stdout.trim() === "";
}

/** The network of a place. The first one begins after the network of the user's own local AWS. */
function networkOf(number: number): string {
  const address = Buffer.from(places.firstNetwork.split(".").map(Number));
  address.writeUInt32BE(address.readUInt32BE() + number * places.networkSize);
  return `${[...address].join(".")}/${32 - Math.log2(places.networkSize)}`;
}

function take(number: number, claim: HeldPort): Place {
  const folder = path.join(tmpdir(), `workbench-test-${number}-${randomBytes(4).toString("hex")}`);
  mkdirSync(recordDirectory(), { recursive: true });
  // Write the record first, so that the folder never exists without one.
  writeFileSync(recordFile(number), folder);
  mkdirSync(folder, { mode: 0o700 });
  const callOff = sweepWhenGone(number, folder);
  let givenBack: Promise<string[]> | undefined;
  const giveBack = async (options: SweepOptions): Promise<string[]> => {
    try {
      const left = await sweepInTurn(folder, options);
      rmSync(recordFile(number), { force: true });
      callOff();
      return left;
    } finally {
      await claim.release();
    }
  };
  const firstTunnelPort = places.firstTunnelPort + number * places.tunnelPorts;
  return {
    port: places.firstAwsPort + number,
    network: networkOf(number),
    tunnelPorts: { nrepl: firstTunnelPort, jupyter: firstTunnelPort + 1 },
    folder,
    giveBack: (options = {}) => {
      // Give the place back only once: another test may hold it soon after.
      givenBack ??= giveBack(options);
      return givenBack;
    },
  };
}

/** Lists the places that a test holds, or held when it was killed. */
export function recordedPlaces(): number[] {
  if (!existsSync(recordDirectory())) return [];
  return readdirSync(recordDirectory())
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/**
 * Sweeps every place whose holder is gone, and no other.
 *
 * @returns one sentence for each place that could not be swept
 * @throws InterruptedError after Ctrl-C, between two places
 */
export async function sweepAbandonedPlaces(): Promise<string[]> {
  const problems: string[] = [];
  for (const number of recordedPlaces()) {
    if (isInterrupted()) throw new InterruptedError("the next test run continues the clean-up");
    await sweepPlace(number).catch((error) => problems.push(problemOf(error)));
  }
  return problems;
}

/** The message of a failed sweep. Throws interruptions and defects again. */
function problemOf(error: unknown): string {
  if (error instanceof InterruptedError || !(error instanceof CommandError)) throw error;
  return error.message;
}

/** Sweeps one place, unless somebody holds it. */
async function sweepPlace(number: number): Promise<void> {
  const claim = await holdPort(places.firstClaimPort + number);
  if (claim === undefined) return;
  await sweepRecorded(number).finally(() => claim.release());
}

/** Sweeps the place of a holder that is gone. Waits while another user's tests look at the place for a moment. */
export async function sweepPlaceOf(number: number, folder: string): Promise<void> {
  for (const giveUpAt = Date.now() + SWEEP_LIMIT_SEC * 1000; Date.now() < giveUpAt; await sleep(200)) {
    if (readRecord(number) !== folder) return;
    await sweepPlace(number);
  }
}

/** Sweeps the folder that the record of a place names. The caller must hold the place. */
async function sweepRecorded(number: number): Promise<void> {
  const folder = readRecord(number);
  if (folder === undefined) return;
  await sweepInTurn(folder, { abandoned: true });
  rmSync(recordFile(number), { force: true });
}

/**
 * Sweeps a folder. Only one sweep at a time runs on this computer.
 *
 * @returns the homes of the local AWSs that were still running
 * @throws CommandError what could not be swept
 */
async function sweepInTurn(folder: string, options: SweepOptions): Promise<string[]> {
  const turn = await holdSweepPort();
  try {
    return isThere(folder) ? await sweep(folder, options) : [];
  } finally {
    await turn.release();
  }
}

/** Waits for the lock of sweeps, because two sweeps of one folder would disturb each other. */
async function holdSweepPort(): Promise<HeldPort> {
  for (const giveUpAt = Date.now() + SWEEP_LIMIT_SEC * 1000; Date.now() < giveUpAt; await sleep(200)) {
    const turn = await holdPort(places.sweepPort);
    if (turn !== undefined) return turn;
    if (isInterrupted())
      throw new InterruptedError("another test run is cleaning up; a later test run cleans up after this one");
  }
  throw new CommandError(
    `port ${places.sweepPort}: expected the sweep of another test run to end within ${SWEEP_LIMIT_SEC} s, ` +
      "it did not; end the process that listens there",
  );
}

function readRecord(number: number): string | undefined {
  try {
    return readFileSync(recordFile(number), "utf8").trim() || undefined;
  } catch {
    return undefined;
  }
}

function recordFile(number: number): string {
  return path.join(recordDirectory(), String(number));
}

/**
 * The folder of the records: one file for each held place, with the folder of its holder. Containers may share the
 * cache, but have ports and folders of their own, so the path contains the host's name.
 */
function recordDirectory(): string {
  return path.join(cacheDirectory(), "test-places", hostname());
}
