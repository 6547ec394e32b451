import { hostname } from "node:os";
import { AwsCalls } from "../aws/aws-calls";
import { type SsmCalls, services } from "../aws/services";
import { CommandError } from "../support/command-error";
import { program } from "../support/program";
import type { ReleaseTarget } from "./target";

const { noRelease } = program("stacks/names/containers");

/** How often a release says that it still runs. */
const SIGN_OF_LIFE_MS = 20_000;

/** A release that said nothing for so long was cut off. */
const CUT_OFF_AFTER_MS = 90_000;

/** What a parameter says, and which of its versions says so. */
export interface Said {
  readonly value: string;
  readonly version: number;
  readonly at: Date;
}

/** The parameters of a service's releases, which `ecs-data` made. */
export class ReleaseParameters {
  private constructor(
    private readonly calls: SsmCalls,
    private readonly target: ReleaseTarget,
  ) {}

  static async open(target: ReleaseTarget): Promise<ReleaseParameters> {
    return new ReleaseParameters(await AwsCalls.at(services.ssm, target), target);
  }

  /**
   * @param name of the parameter; `name:3` is its third version
   * @throws CommandError one sentence when it is missing
   */
  async read(name: string): Promise<Said> {
    const found = await this.calls.ask("GetParameter", async (sdk, client, options) => {
      try {
        return (await client.send(new sdk.GetParameterCommand({ Name: name }), options)).Parameter;
      } catch (error) {
        if (error instanceof sdk.ParameterNotFound) return undefined;
        throw error;
      }
    });
    if (found === undefined) {
      const { region, deployCommand } = this.target;
      throw new CommandError(
        `parameter: expected ${name} in ${region}, got none; run \`${deployCommand}\`, ` +
          "or use the region and the account of the stacks",
      );
    }
    return { value: found.Value ?? "", version: found.Version ?? 0, at: found.LastModifiedDate ?? new Date(0) };
  }

  /** @returns the version that now says so */
  async write(name: string, value: string): Promise<number> {
    const { Version: version = 0 } = await this.calls.ask("PutParameter", (sdk, client, options) =>
      client.send(new sdk.PutParameterCommand({ Name: name, Value: value, Overwrite: true }), options),
    );
    return version;
  }
}

/** Who releases what. */
interface UnderWay {
  readonly what: string;
  readonly by: string;
  readonly since: string;
  readonly computer: string;
  readonly process: number;
}

/** What the lock needs of the parameters. */
export type LockParameters = Pick<ReleaseParameters, "read" | "write">;

/**
 * Keeps a second release of a service away while `work` runs.
 *
 * The Parameter Store has no lock, but it counts versions: of two that write after the same version, one gets the next.
 *
 * @param what is released, and by whom, for the sentence that a second one gets
 * @throws CommandError one sentence that names the release that is under way
 */
export async function whileAlone<Result>(
  parameters: LockParameters,
  name: string,
  { what, by }: Pick<UnderWay, "what" | "by">,
  work: () => Promise<Result>,
): Promise<Result> {
  const before = await parameters.read(name);
  const other = underWay(before);
  if (other !== undefined && !isCutOff(other, before.at)) throw refusal(other);
  const own: UnderWay = { what, by, since: new Date().toISOString(), computer: hostname(), process: process.pid };
  const value = JSON.stringify(own);
  const version = await parameters.write(name, value);
  if (version !== before.version + 1) {
    const first = await parameters.read(`${name}:${before.version + 1}`);
    // The SDK writes again when it has lost an answer: then both versions are this release's own.
    if (first.value !== value) {
      // Somebody was faster. Put back what theirs says, since this hides it.
      await parameters.write(name, first.value);
      throw refusal(underWay(first) ?? own);
    }
  }
  // A sign that does not arrive is followed by another one.
  const signs = setInterval(() => parameters.write(name, value).catch(() => undefined), SIGN_OF_LIFE_MS);
  try {
    return await work();
  } finally {
    clearInterval(signs);
    // If this fails, too, the next release waits until this one is taken for cut off.
    await parameters.write(name, noRelease).catch(() => undefined);
  }
}

/** What a parameter says. What somebody else wrote into it is no release. */
function underWay({ value }: Said): UnderWay | undefined {
  try {
    const said: Partial<UnderWay> = JSON.parse(value);
    return typeof said.what === "string" ? (said as UnderWay) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a release ended without saying so: its process is gone, or it has said nothing for a while. */
function isCutOff({ computer, process: id }: UnderWay, lastSign: Date): boolean {
  if (computer === hostname() && !isAlive(id)) return true;
  return Date.now() - lastSign.getTime() > CUT_OFF_AFTER_MS;
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
