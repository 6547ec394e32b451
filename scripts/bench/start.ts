import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { machineObstacles, thisHost } from "../setup/machine-obstacles";
import { CommandError } from "../support/command-error";
import { projectRoot } from "../support/project";
import { type LoggedCommand, runLogged } from "../support/run-logged";
import { type ProviderWaits, providerWaits } from "./provider-waits";
import { parseStep, type StartStep } from "./start-steps";

/** A port and addresses that no other local AWS uses, neither a user's nor a test's. */
export const benchLocalAws = { LOCAL_AWS_PORT: "4890", LOCAL_AWS_NETWORK: "198.19.240.0/20" };

/**
 * Allows for the network: a start fetches the machines' base, Python, npm and Go packages, and the image's contents.
 */
const START_LIMIT_SEC = 3000;
const STOP_LIMIT_SEC = 300;

/** One `npm start`, up to a prompt on the machine. */
export interface MeasuredStart {
  readonly name: string;
  readonly wallMs: number;
  readonly steps: readonly StartStep[];
  /** Present only for the start that deploys, but neither sets up nor builds anything. */
  readonly waits?: ProviderWaits;
}

/**
 * Measures `npm start` up to a login on the development machine: first in a fresh clone of the last commit with empty
 * caches. Then it measures with everything set up, without our image and with it, and finally after `npm stop`. Takes
 * half an hour if it must build Packer. Stops everything that it started, also after Ctrl-C.
 *
 * @param report called with the progress
 * @throws CommandError when machines cannot run here, or a command fails
 */
export async function measureStart(report: (progress: string) => void): Promise<MeasuredStart[]> {
  const [obstacle] = machineObstacles(thisHost());
  if (obstacle !== undefined) throw new CommandError(`--start: needs a machine to log in to, and ${obstacle}`);
  const directory = mkdtempSync(path.join(tmpdir(), "workbench-bench-start-"));
  const clone = new Clone(directory);
  try {
    report("cloning the last commit");
    await clone.make();
    const cold = await clone.start("fresh clone, nothing cached", report);
    await clone.npm("stop", ["stop", "--", "--clean"], STOP_LIMIT_SEC);
    const debian = { WORKBENCH_EC2_IMAGE_SOURCE: "debian" };
    const deploying = await clone.start("set up, nothing deployed, Debian's own image", report, debian);
    const waits = clone.waitsOfLastDeployment();
    await clone.npm("stop", ["stop", "--", "--clean"], STOP_LIMIT_SEC);
    const warm = await clone.start("set up, nothing deployed", report);
    await clone.npm("stop", ["stop"], STOP_LIMIT_SEC);
    const again = await clone.start("deployed, stopped", report);
    return [cold, { ...deploying, waits }, warm, again];
  } finally {
    report("ending its local AWS");
    await clone.end();
    rmSync(directory, { recursive: true });
  }
}

/** A second checkout, with a local AWS of its own and empty caches. */
class Clone {
  private readonly root: string;
  private readonly env: NodeJS.ProcessEnv;

  constructor(directory: string) {
    this.root = path.join(directory, "clone");
    const { LOCAL_AWS_HOME: _home, WORKBENCH_EC2_IMAGE_SOURCE: _image, ...source } = process.env;
    this.env = { ...source, ...benchLocalAws, XDG_CACHE_HOME: path.join(directory, "cache") };
  }

  async make(): Promise<void> {
    const args = ["clone", "--quiet", projectRoot, this.root];
    await runLogged({ name: "bench git clone", file: "git", args, timeoutSec: 120 });
  }

  async start(name: string, report: (progress: string) => void, more: NodeJS.ProcessEnv = {}): Promise<MeasuredStart> {
    const steps: StartStep[] = [];
    const begun = performance.now();
    const onLine = (line: string): void => {
      const step = parseStep(line);
      if (step) steps.push(step);
      if (/^[✔❯›]/.test(line)) report(`${name}: ${line}`);
    };
    await this.npm("start", ["start"], START_LIMIT_SEC, { onLine, more });
    await this.npm("login", ["run", "local", "--", "ssh", "true"], 60);
    return { name, wallMs: performance.now() - begun, steps };
  }

  waitsOfLastDeployment(): ProviderWaits {
    const logs = path.join(this.root, ".workbench", "logs");
    const applies = readdirSync(logs).filter((file) => /^terraform-.*-apply\.log$/.test(file));
    return providerWaits(applies.map((file) => readFileSync(path.join(logs, file), "utf8")).join("\n"));
  }

  /** @throws CommandError when something is left. Then the folder stays, because it may have mounts in it */
  async end(): Promise<void> {
    if (!existsSync(path.join(this.root, "node_modules"))) return;
    await this.npm("end", ["stop", "--", "--clean"], STOP_LIMIT_SEC, { uninterruptible: true });
  }

  async npm(
    name: string,
    args: readonly string[],
    timeoutSec: number,
    { more, ...options }: NpmOptions = {},
  ): Promise<void> {
    const env = { ...this.env, ...more };
    await runLogged({ name: `bench npm ${name}`, file: "npm", args, cwd: this.root, env, timeoutSec, ...options });
  }
}

interface NpmOptions extends Pick<LoggedCommand, "onLine" | "uninterruptible"> {
  /** Variables in addition to those of every command. */
  readonly more?: NodeJS.ProcessEnv;
}
