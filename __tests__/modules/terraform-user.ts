import { mkdirSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { projectRoot } from "../../scripts/support/project";
import { AwsCli } from "../lifecycle/aws-cli";
import { unwrapped } from "../lifecycle/said";
import { ApiOnly } from "../scripts/npm/api-only";
import { type Build, writeStack } from "./synthesize-module";

/** How Terraform ended, and all its output in one line. */
interface Ended {
  readonly exitCode: number | undefined;
  readonly output: string;
}

/**
 * Runs Terraform on modules, against a local AWS of its own without machines. It evaluates what synthesis only writes:
 * conditions, and look-ups in what AWS answers.
 */
export class TerraformUser {
  private readonly cli: AwsCli;
  private initialized = false;

  private constructor(
    private readonly api: ApiOnly,
    private readonly environment: Record<string, string>,
  ) {
    this.cli = new AwsCli(environment);
  }

  static async start(): Promise<TerraformUser> {
    const api = await ApiOnly.make();
    return new TerraformUser(api, await api.environment());
  }

  /** Runs `aws <arguments>`; returns its answer, parsed; throws its output when it fails. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of every call; a test names what it reads.
  async aws(...args: string[]): Promise<any> {
    const { exitCode, output } = await this.cli.call([...args, "--output", "json"]);
    if (exitCode !== 0) throw new Error(output);
    return output.trim() === "" ? {} : JSON.parse(output);
  }

  /** Plans a stack of nothing but what `build` makes in it. Returns the output; throws it when the plan fails. */
  async plan(build: Build): Promise<string> {
    const { exitCode, output } = await this.tryPlan(build);
    if (exitCode !== 0) throw new Error(output);
    return output;
  }

  /** Like {@link plan}, for a plan that must fail. Returns one sentence and more for each problem. */
  async failToPlan(build: Build): Promise<readonly string[]> {
    const { exitCode, output } = await this.tryPlan(build);
    if (exitCode !== 1) throw new Error(`expected a plan that fails, got ${output}`);
    return output.split("Error: ").slice(1);
  }

  /**
   * Applies such a stack, lets `meanwhile` change the account, and destroys the stack. Throws the output of what fails.
   */
  async applyAndDestroy(build: Build, meanwhile: () => Promise<void>): Promise<void> {
    await this.write(build);
    await this.must("apply", "-auto-approve");
    await meanwhile();
    await this.must("destroy", "-auto-approve");
  }

  async end(): Promise<void> {
    this.cli.end();
    await this.api.remove();
  }

  private async tryPlan(build: Build): Promise<Ended> {
    await this.write(build);
    return this.terraform("plan");
  }

  private async write(build: Build): Promise<void> {
    mkdirSync(this.outdir, { recursive: true });
    const STATE_DIRECTORY = path.relative(projectRoot, path.join(this.api.folder, "state"));
    writeStack("test", build, { outdir: this.outdir, values: { STATE_DIRECTORY } });
    if (!this.initialized) await this.must("init");
    this.initialized = true;
  }

  private get outdir(): string {
    return path.join(this.api.folder, "cdktf.out");
  }

  private async must(verb: string, ...args: readonly string[]): Promise<void> {
    const { exitCode, output } = await this.terraform(verb, ...args);
    if (exitCode !== 0) throw new Error(`terraform ${verb}: ${output}`);
  }

  private async terraform(verb: string, ...args: readonly string[]): Promise<Ended> {
    const { exitCode, all } = await execa("terraform", [verb, "-input=false", ...args], {
      cwd: path.join(this.outdir, "stacks", "test"),
      env: this.environment,
      extendEnv: false,
      reject: false,
      all: true,
      stdin: "ignore",
      timeout: 600_000,
    });
    return { exitCode, output: unwrapped(String(all)) };
  }
}
