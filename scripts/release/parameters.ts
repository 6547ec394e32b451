import { setTimeout as sleep } from "node:timers/promises";
import { AwsCalls } from "../aws/aws-calls";
import { type SsmCalls, services } from "../aws/services";
import { CommandError } from "../support/command-error";
import type { ReleaseTarget } from "./target";

/** The Parameter Store refuses a write while another one of the same parameter is under way. */
const TRIES = 6;
const PAUSE_MS = 1_000;

/** What a parameter says, and which of its versions says so. */
export interface ParameterVersion {
  readonly value: string;
  readonly version: number;
  /** When it was written, by AWS's clock. */
  readonly at: Date;
}

/** The parameters of a service's releases in the Parameter Store, which `ecs-data` made. */
export class Parameters {
  private constructor(
    private readonly calls: SsmCalls,
    private readonly target: ReleaseTarget,
  ) {}

  static async open(target: ReleaseTarget): Promise<Parameters> {
    return new Parameters(await AwsCalls.at(services.ssm, target), target);
  }

  /**
   * @param name of the parameter; `name:3` is its third version
   * @throws CommandError one sentence when it is missing
   */
  async read(name: string): Promise<ParameterVersion> {
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
    return this.calls.ask("PutParameter", async (sdk, client, options) => {
      const command = new sdk.PutParameterCommand({ Name: name, Value: value, Overwrite: true });
      for (let left = TRIES - 1; ; left--) {
        try {
          return (await client.send(command, options)).Version ?? 0;
        } catch (error) {
          if (!(error instanceof sdk.TooManyUpdates) || left === 0) throw error;
          await sleep(PAUSE_MS);
        }
      }
    });
  }
}
