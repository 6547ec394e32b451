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

/** How long other sweeps may take: less than the hooks of tests have. */
const SWEEP_LIMIT_SEC = 600;

/** What one test at work may use, and nobody else on this computer: claims are the same for every clone. */
export interface Place {
  /** Port on 127.0.0.1 for its local AWS. */
  readonly port: number;
  /** Addresses for machines, as a CIDR block. */
  readonly network: string;
  /** Ports of this computer for a tunnel. */
  readonly tunnelPorts: { readonly nrepl: number; readonly jupyter: number };
  /** Folder for everything that is made there. It is swept when the place is given back or its holder is gone. */
  readonly folder: string;
  /**
   * Sweeps the folder and lets others have the place.
   *
   * @returns the homes of the local AWSs that still ran
   * @throws CommandError what could not be swept; the next test run tries again
   */
  giveBack(options?: SweepOptions): Promise<string[]>;
}

/**
 * Claims a place that nobody holds and where nobody left anything: of two processes that ask at one moment, each gets another.
 * A holder that is killed has its folder swept at once by a process that survives it, or by the next test run.
 *
 * @throws CommandError when every place is taken
 */
export async function claimPlace(): Promise<Place> {
  for (let number = 0; number < places.count; number++) {
    // Not even for a moment is a place held that is to be swept: whoever sweeps would take it for somebody's.
    if (readRecord(number) !== undefined) continue;
    const claim = await holdPort(places.firstClaimPort + number);
    if (claim === undefined) continue;
    if (readRecord(number) === undefined && (await isFree(number))) return take(number, claim);
    await claim.release();
  }
  throw new CommandError(
    `expected a free place for a test among ${places.count}, got none: end the test runs that hold them; npm test sweeps those that ${recordDirectory()} names and nobody holds`,
  );
}

/** @internal Whether neither somebody who claims nothing nor another user's tests use what belongs to a place. */
export async function isFree(number: number): Promise<boolean> {
  if (await isPortTaken(places.firstAwsPort + number)) return false;
  // Where there is no such program there are no machines, and nothing is routed for them.
  const { stdout } = await ask("ip", ["-4", "route", "show", "table", "all", "root", networkOf(number)]);
  return stdout.trim() === "";
}

/** The first one begins after the network of the user's own local AWS. */
function networkOf(number: number): string {
  const address = Buffer.from(places.firstNetwork.split(".").map(Number));
  address.writeUInt32BE(address.readUInt32BE() + number * places.networkSize);
  return `${[...address].join(".")}/${32 - Math.log2(places.networkSize)}`;
}

function take(number: number, claim: HeldPort): Place {
  const folder = path.join(tmpdir(), `workbench-test-${number}-${randomBytes(4).toString("hex")}`);
  mkdirSync(recordDirectory(), { recursive: true });
  // First, so that the folder is never there without a record of it.
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
      // Once: soon after, the place is somebody else's.
      givenBack ??= giveBack(options);
      return givenBack;
    },
  };
}

/** The places that somebody holds, or held when he was killed. */
export function recordedPlaces(): number[] {
  if (!existsSync(recordDirectory())) return [];
  return readdirSync(recordDirectory())
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/**
 * Sweeps every place whose holder is gone, and no other.
 *
 * @returns what could not be swept, a sentence each
 * @throws InterruptedError after Ctrl-C, between two places
 */
export async function sweepAbandonedPlaces(): Promise<string[]> {
  const problems: string[] = [];
  for (const number of recordedPlaces()) {
    if (isInterrupted()) throw new InterruptedError("the next test run goes on cleaning up");
    await sweepPlace(number).catch((error) => problems.push(problemOf(error)));
  }
  return problems;
}

/** What could not be swept; an interruption, and a defect, are thrown on. */
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

/** Sweeps the place of a holder that is gone. Another user's tests may look at that place for a moment: until then it waits. */
export async function sweepPlaceOf(number: number, folder: string): Promise<void> {
  for (const giveUpAt = Date.now() + SWEEP_LIMIT_SEC * 1000; Date.now() < giveUpAt; await sleep(200)) {
    if (readRecord(number) !== folder) return;
    await sweepPlace(number);
  }
}

/** Sweeps what the record of a place names; whoever calls holds the place. */
async function sweepRecorded(number: number): Promise<void> {
  const folder = readRecord(number);
  if (folder === undefined) return;
  await sweepInTurn(folder, { abandoned: true });
  rmSync(recordFile(number), { force: true });
}

/**
 * Sweeps a folder while nobody else on this computer sweeps anything.
 *
 * @returns the homes of the local AWSs that still ran
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

/** Two sweeps of one folder would be in each other's way. */
async function holdSweepPort(): Promise<HeldPort> {
  for (const giveUpAt = Date.now() + SWEEP_LIMIT_SEC * 1000; Date.now() < giveUpAt; await sleep(200)) {
    const turn = await holdPort(places.sweepPort);
    if (turn !== undefined) return turn;
    if (isInterrupted()) throw new InterruptedError("another test run is cleaning up, and this one's is done after it");
  }
  throw new CommandError(
    `port ${places.sweepPort}: expected the sweep of another test run to end within ${SWEEP_LIMIT_SEC} s, it did not; end the process that listens there`,
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
 * One file a place that is held: the folder of its holder. The host's name is in the path, since containers that share the
 * cache have ports and folders of their own.
 */
function recordDirectory(): string {
  return path.join(cacheDirectory(), "test-places", hostname());
}
