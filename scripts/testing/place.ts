import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isPortTaken } from "../local-aws/port-holder";
import { ask } from "../support/ask";
import { CommandError } from "../support/command-error";
import { cacheDirectory } from "../support/project";
import { type HeldPort, holdPort } from "./hold-port";
import { isThere, type SweepOptions, sweep } from "./sweep";
import { sweepWhenGone } from "./sweep-when-gone";

/** How many places there are. */
const PLACES = 60;
/** The port that holds place 0; the next one holds place 1, and so on. `__tests__/scripts/local-aws/places.py` has the same. */
const FIRST_CLAIM_PORT = 4900;
/** The port of the local AWS of place 0. */
const FIRST_PORT = 4800;
/** Held while something is swept: two sweeps of one folder would be in each other's way. */
const SWEEP_PORT = 4899;
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
  /** Removes the folder and lets others have the place; whatever ran or was mounted there has ended. */
  giveBack(): Promise<void>;
}

/**
 * Claims a place: of two processes that ask at one moment, each gets another. What an earlier holder left there, because it
 * was killed, is swept first. A holder that is killed has its folder swept at once by a process that survives it, or by the
 * next claim.
 *
 * @throws CommandError when every place is taken
 */
export async function claimPlace(): Promise<Place> {
  for (let number = 0; number < PLACES; number++) {
    const claim = await holdPort(FIRST_CLAIM_PORT + number);
    if (claim === undefined) continue;
    const swept = await sweepRecorded(number).then(
      () => true,
      () => false,
    );
    if (swept && (await isFree(number))) return take(number, claim);
    await claim.release();
  }
  throw new CommandError(
    `expected a free place for a test among ${PLACES}, got none: end the test runs that hold them`,
  );
}

/** Whether neither somebody who claims nothing nor another user's tests use what belongs to a place. */
async function isFree(number: number): Promise<boolean> {
  if (await isPortTaken(FIRST_PORT + number)) return false;
  // Where there is no such program there are no machines, and nothing is routed for them.
  const { stdout } = await ask("ip", ["-4", "route", "show", "table", "all", "root", networkOf(number)]);
  return stdout.trim() === "";
}

/** From 198.18.16.0 on: the first block is that of the user's own local AWS. */
function networkOf(number: number): string {
  return `198.18.${16 + 4 * number}.0/22`;
}

function take(number: number, claim: HeldPort): Place {
  const folder = path.join(tmpdir(), `workbench-test-${number}-${randomBytes(4).toString("hex")}`);
  mkdirSync(recordDirectory(), { recursive: true });
  // First, so that the folder is never there without a record of it.
  writeFileSync(recordFile(number), folder);
  mkdirSync(folder, { mode: 0o700 });
  const callOff = sweepWhenGone(number, folder);
  return {
    port: FIRST_PORT + number,
    network: networkOf(number),
    tunnelPorts: { nrepl: 20_040 + 10 * number, jupyter: 20_041 + 10 * number },
    folder,
    giveBack: async () => {
      rmSync(folder, { recursive: true, force: true });
      rmSync(recordFile(number), { force: true });
      callOff();
      await claim.release();
    },
  };
}

/**
 * Sweeps every place whose holder is gone, and no other.
 *
 * @returns what could not be swept, a sentence each
 */
export async function sweepAbandonedPlaces(): Promise<string[]> {
  const recorded = existsSync(recordDirectory()) ? readdirSync(recordDirectory()).map(Number) : [];
  const problems: string[] = [];
  for (const number of recorded) await sweepPlace(number).catch((error: Error) => problems.push(error.message));
  return problems;
}

/** Sweeps one place, unless somebody holds it. */
export async function sweepPlace(number: number): Promise<void> {
  const claim = await holdPort(FIRST_CLAIM_PORT + number);
  if (claim === undefined) return;
  await sweepRecorded(number).finally(() => claim.release());
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
export async function sweepInTurn(folder: string, options: SweepOptions): Promise<string[]> {
  const turn = await holdSweepPort();
  try {
    return isThere(folder) ? await sweep(folder, options) : [];
  } finally {
    await turn.release();
  }
}

async function holdSweepPort(): Promise<HeldPort> {
  for (const giveUpAt = Date.now() + SWEEP_LIMIT_SEC * 1000; Date.now() < giveUpAt; await sleep(200)) {
    const turn = await holdPort(SWEEP_PORT);
    if (turn !== undefined) return turn;
  }
  throw new CommandError(
    `port ${SWEEP_PORT}: expected the sweep of another test run to end within ${SWEEP_LIMIT_SEC} s, it did not; end the process that listens there`,
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

/** One file a place that is held: the folder of its holder. */
function recordDirectory(): string {
  return path.join(cacheDirectory(), "test-places");
}
