import path from "node:path";
import { DescribeVolumesCommand, EC2Client } from "@aws-sdk/client-ec2";
import { execa, type Options } from "execa";
import type { LocalEndpoint } from "../../../scripts/aws/aws-calls";
import { readAccessKey } from "../../../scripts/local-aws/access-key";
import { cleanLocalAws, stopLocalAws } from "../../../scripts/local-aws/control";
import { serverProgram } from "../../../scripts/session/server-program";
import { projectRoot } from "../../../scripts/support/project";
import { claimPlace, type Place } from "../../../scripts/testing/place";

/** Shorter than a test's own limit, so that the output of a command that hangs is still shown. */
const LIMIT_MS = 600_000;

/** A local AWS of a test's own, without machines. Tests run commands against it as a user does. */
export class ApiOnly {
  private constructor(private readonly place: Place) {}

  static async make(): Promise<ApiOnly> {
    return new ApiOnly(await claimPlace());
  }

  get folder(): string {
    return this.place.folder;
  }

  get home(): string {
    return path.join(this.folder, "home");
  }

  /** Variables that make a command use this local AWS. */
  get variables(): Record<string, string> {
    const { port, network } = this.place;
    return {
      LOCAL_AWS_HOME: this.home,
      LOCAL_AWS_PORT: String(port),
      LOCAL_AWS_NETWORK: network,
      LOCAL_AWS_MACHINES: "false",
    };
  }

  /** Starts `scripts/npm/<command>.ts` as its npm script does. */
  run(command: string, args: readonly string[], environment: NodeJS.ProcessEnv = process.env, options: Options = {}) {
    return execa(process.execPath, ["scripts/setup/bootstrap.cjs", `scripts/npm/${command}.ts`, ...args], {
      cwd: projectRoot,
      env: { ...environment, INIT_CWD: this.folder, ...this.variables },
      extendEnv: false,
      reject: false,
      all: true,
      stdin: "ignore",
      timeout: LIMIT_MS,
      ...options,
    });
  }

  /** The environment in which `npm run local` runs a command. Starts the local AWS. */
  async environment(): Promise<Record<string, string>> {
    const { stdout, exitCode, all } = await this.run("local", ["env", "--null"]);
    if (exitCode !== 0) throw new Error(String(all));
    const lines = String(stdout)
      .split("\0")
      .filter((line) => line.includes("="));
    return Object.fromEntries(lines.map((line) => [line.split("=")[0] ?? "", line.replace(/^[^=]*=/, "")]));
  }

  /** Its address and key, for calls of this process. It has to be started. */
  get local(): LocalEndpoint {
    return { port: this.place.port, key: readAccessKey(this.home) ?? { accessKeyId: "none", secretAccessKey: "none" } };
  }

  /** Lists the volumes without starting a process. Throws while the local AWS does not answer. */
  async volumes() {
    const client = new EC2Client({
      region: "eu-west-1",
      endpoint: `http://127.0.0.1:${this.local.port}`,
      credentials: this.local.key,
      maxAttempts: 1,
    });
    try {
      return (await client.send(new DescribeVolumesCommand({}))).Volumes ?? [];
    } finally {
      client.destroy();
    }
  }

  async remove(): Promise<void> {
    const localAws = { home: this.home, port: this.place.port, network: this.place.network };
    await stopLocalAws(localAws);
    await cleanLocalAws(localAws, serverProgram(localAws));
    await this.place.giveBack();
  }
}
