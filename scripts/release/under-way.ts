import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { CommandError } from "../support/command-error";
import { program } from "../support/program";
import type { Parameters, ParameterVersion } from "./parameters";

const { noRelease } = program("stacks/names/containers");

/** How often a release says that it still runs. */
const SIGN_OF_LIFE_MS = 20_000;

/** A release that said nothing for so long was cut off. */
const CUT_OFF_AFTER_MS = 90_000;

/** Who releases what. */
interface UnderWay {
  readonly what: string;
  readonly by: string;
  readonly since: string;
  readonly computer: string;
  /** Tells apart what has the same computer's name: containers, copies, and boots of one computer. */
  readonly processes: string;
  readonly process: number;
}

/** What the lock needs of the parameters. */
export type LockParameters = Pick<Parameters, "read" | "write">;

/**
 * Keeps a second release of a service away while `work` runs.
 *
 * The Parameter Store has no lock, but it counts versions: of two that write after the same version, one gets the next.
 *
 * @param what is released, and by whom, for the sentence that a second one gets
 * @param wait waits for a number of milliseconds
 * @throws CommandError one sentence that names the release that is under way
 */
export async function whileAlone<Result>(
  parameters: LockParameters,
  name: string,
  { what, by }: Pick<UnderWay, "what" | "by">,
  work: () => Promise<Result>,
  wait: (ms: number) => Promise<unknown> = sleep,
): Promise<Result> {
  const before = await parameters.read(name);
  const other = underWay(before.value);
  const again = () => parameters.read(name);
  if (other !== undefined && !(await isCutOff(other, before, again, wait))) throw refusal(other);
  const here = { computer: hostname(), processes: processesHere(), process: process.pid };
  const own: UnderWay = { what, by, since: new Date().toISOString(), ...here };
  const lock = new Lock(parameters, name, JSON.stringify(own), before.version);
  const faster = await lock.sayOwn();
  if (faster !== undefined) throw refusal(underWay(faster) ?? own);
  const signs = setInterval(() => lock.giveSign(), SIGN_OF_LIFE_MS);
  try {
    return await work();
  } finally {
    clearInterval(signs);
    // If this fails, too, the next release waits until this one is taken for cut off.
    await lock.release().catch(() => undefined);
  }
}

/** What one release says in the parameter. It never hides what another one says. */
class Lock {
  private isLost = false;
  private lastSign: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly parameters: LockParameters,
    private readonly name: string,
    private readonly own: string,
    /** The last version that is known to be no other release's. */
    private version: number,
  ) {}

  /** @returns what another release says that was faster; undefined if none was */
  sayOwn(): Promise<string | undefined> {
    return this.say(this.own);
  }

  giveSign(): void {
    // A sign that does not arrive is followed by another one.
    this.lastSign = this.lastSign.then(() => this.sayOwn()).catch(() => undefined);
  }

  async release(): Promise<void> {
    // One that arrived later would look like a release.
    await this.lastSign;
    await this.say(noRelease);
  }

  private async say(value: string): Promise<string | undefined> {
    if (this.isLost) return undefined;
    const version = await this.parameters.write(this.name, value);
    // The last one, too: it says what is true now if there were several.
    for (const between of version === this.version + 1 ? [] : [version - 1, this.version + 1]) {
      const { value: theirs } = await this.parameters.read(`${this.name}:${between}`);
      // The SDK writes again when it has lost an answer.
      if (theirs === this.own || theirs === value) continue;
      this.isLost = true;
      await this.parameters.write(this.name, theirs);
      return theirs;
    }
    this.version = version;
    return undefined;
  }
}

/** What a parameter says. What somebody else wrote into it is no release. */
function underWay(value: string): UnderWay | undefined {
  try {
    const said: Partial<UnderWay> = JSON.parse(value);
    return typeof said.what === "string" ? (said as UnderWay) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Whether a release ended without saying so: its process is gone, or it gives no sign of life. This computer's clock may
 * be wrong, so it waits for a sign before it says yes.
 */
async function isCutOff(
  { computer, processes, process: id }: UnderWay,
  { at, version }: ParameterVersion,
  again: () => Promise<ParameterVersion>,
  wait: (ms: number) => Promise<unknown>,
): Promise<boolean> {
  if (computer === hostname() && processes === processesHere() && !isAlive(id)) return true;
  if (Date.now() - at.getTime() <= CUT_OFF_AFTER_MS) return false;
  await wait(SIGN_OF_LIFE_MS * 1.5);
  return (await again()).version === version;
}

/** Where numbers of processes mean the same: a boot of Linux, and a namespace in it. Empty elsewhere. */
function processesHere(): string {
  try {
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
    return `${boot} ${readlinkSync("/proc/self/ns/pid")}`;
  } catch {
    return "";
  }
}

function isAlive(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function refusal({ what, by, since, computer }: UnderWay): CommandError {
  return new CommandError(
    `expected no other release of the service, got ${what} by ${by} on ${computer} since ${since}; ` +
      `wait until it ends. One that was cut off counts as ended after ${CUT_OFF_AFTER_MS / 1000} s`,
  );
}
