import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa, type Options } from "execa";
import { venvPython } from "../../../scripts/setup/python-env";
import { checkout } from "../../checkout";
import { addExample } from "../../example/add-example";
import { ApiOnly } from "../../scripts/npm/api-only";
import { unwrapped } from "../said";

/** Settings other than those of settings/local.yaml, by variable without prefix. */
type Values = Readonly<Record<string, string>>;

/** How a command ended, and all its output in one line. */
interface Ended {
  readonly exitCode: number | undefined;
  readonly output: string;
}

/** A user of a checkout that has the example's stacks, with a local AWS of its own, without machines. */
export class ExampleUser {
  /** Settings that hold for every command. */
  settings: Record<string, string> = {};
  private written = "";

  private constructor(
    private readonly directory: string,
    private readonly api: ApiOnly,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  static async start(): Promise<ExampleUser> {
    const directory = checkout();
    addExample(directory);
    const api = await ApiOnly.make();
    const environment = {
      ...(await api.environment()),
      CDKTF_OUTDIR: path.join(api.folder, "cdktf.out"),
      WORKBENCH_STATE_DIRECTORY: path.relative(directory, path.join(api.folder, "state")),
      GOGC: "400",
    };
    return new ExampleUser(directory, api, environment);
  }

  /** Runs Terraform on a stack's synthesized folder; a failure is returned, not thrown. */
  async terraform(args: readonly string[], stack: string, values: Values = {}): Promise<Ended> {
    await this.write(stack, values);
    return this.run("terraform", args, { cwd: this.folderOf(stack) });
  }

  /** Begins to deploy a stack, in a process group of its own, and kills all of it once `made` returns true. */
  async deployUntil(stack: string, made: () => Promise<boolean>): Promise<void> {
    await this.write(stack, {});
    await this.killOnce(made, "terraform", ["apply", "-auto-approve"], this.folderOf(stack));
  }

  /** The plan of a stack after somebody changed its JSON. */
  async planOfChanged(stack: string, change: (json: string) => string, values: Values): Promise<Ended> {
    await this.write(stack, values);
    const file = path.join(this.folderOf(stack), "cdk.tf.json");
    writeFileSync(file, change(readFileSync(file, "utf8")));
    this.written = "";
    return this.run("terraform", ["plan"], { cwd: this.folderOf(stack) });
  }

  /** `npm run volume:retire -- <args>` */
  retire(...args: string[]): Promise<Ended> {
    this.written = "";
    return this.run(process.execPath, [...retireCommand, ...args], {});
  }

  /** Begins to retire a volume, and kills the command once `made` returns true. */
  retireUntil(made: () => Promise<boolean>, ...args: string[]): Promise<void> {
    this.written = "";
    return this.killOnce(made, process.execPath, [...retireCommand, ...args], this.directory);
  }

  /** Runs `aws ec2 <arguments>`; returns its answer, parsed; throws its output when it fails. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of every call; a test names what it reads.
  async ec2(...args: string[]): Promise<any> {
    const { exitCode, stdout, stderr } = await execa("aws", ["ec2", ...args, "--output", "json"], this.options({}));
    if (exitCode !== 0) throw new Error(stderr);
    return stdout === "" ? {} : JSON.parse(stdout);
  }

  /** Ids of all volumes, the first first. */
  async volumes(): Promise<string[]> {
    const indexOf = (tags: { Key?: string; Value?: string }[] = []) => tags.find(({ Key }) => Key === "Index")?.Value;
    const volumes = (await this.api.volumes()).filter(({ Tags }) => indexOf(Tags) !== undefined);
    return volumes
      .sort((a, b) => Number(indexOf(a.Tags)) - Number(indexOf(b.Tags)))
      .map(({ VolumeId = "" }) => VolumeId);
  }

  /** Whether a volume has the mark of one that is being retired. */
  async isRetiring(): Promise<boolean> {
    return (await this.api.volumes()).some(({ Tags = [] }) => Tags.some(({ Key }) => Key === "Retiring"));
  }

  /** The id or name of everything that somebody made in the account. */
  async contents(): Promise<string[]> {
    const program = path.join(import.meta.dirname, "..", "account_contents.py");
    const { stdout, stderr, exitCode } = await execa(venvPython, [program], this.options({}));
    if (exitCode !== 0) throw new Error(stderr);
    return stdout.split("\n").filter((line) => line !== "");
  }

  async end(): Promise<void> {
    await this.api.remove();
  }

  private folderOf(stack: string): string {
    return path.join(this.environment["CDKTF_OUTDIR"] ?? "", "stacks", stack);
  }

  /** Writes the stacks, and initializes one, unless that was done for these settings. */
  private async write(stack: string, values: Values): Promise<void> {
    const wanted = JSON.stringify([stack, { ...this.settings, ...values }]);
    if (this.written === wanted) return;
    await this.must(process.execPath, ["--import", "tsx", "main.ts"], { values });
    await this.must("terraform", ["init", "-input=false"], { cwd: this.folderOf(stack) });
    this.written = wanted;
  }

  private async must(file: string, args: readonly string[], options: { cwd?: string; values?: Values }): Promise<void> {
    const { exitCode, output } = await this.run(file, args, options);
    if (exitCode !== 0) throw new Error(`${file} ${args.join(" ")}: ${output}`);
  }

  private async run(file: string, args: readonly string[], options: { cwd?: string; values?: Values }): Promise<Ended> {
    const { exitCode, all } = await execa(file, args, this.options(options));
    return { exitCode, output: unwrapped(String(all)) };
  }

  private async killOnce(made: () => Promise<boolean>, file: string, args: readonly string[], cwd: string) {
    const child = execa(file, args, { ...this.options({ cwd }), detached: true });
    let ended = false;
    void child.then(() => {
      ended = true;
    });
    while (!ended && !(await made())) await new Promise((resolve) => setTimeout(resolve, 50));
    if (child.pid !== undefined && !ended) process.kill(-child.pid, "SIGKILL");
    const { signal, all } = await child;
    if (signal !== "SIGKILL") throw new Error(`${file} was not killed in time:\n${all}`);
  }

  private options({ cwd = this.directory, values = {} }: { cwd?: string; values?: Values }) {
    const settings = Object.entries({ ...this.settings, ...values }).map(([name, value]) => [
      `WORKBENCH_${name}`,
      value,
    ]);
    return {
      cwd,
      env: { ...this.environment, ...Object.fromEntries(settings) },
      extendEnv: false,
      reject: false,
      all: true,
      stdin: "ignore",
      timeout: 900_000,
    } as const satisfies Options;
  }
}

const retireCommand = ["scripts/setup/bootstrap.cjs", "scripts/npm/retire-volume.ts"];
