import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";
import { execa, type Options } from "execa";
import { cleanLocalAws, stopLocalAws } from "../../scripts/local-aws/control";
import type { LocalAws } from "../../scripts/local-aws/find-local-aws";
import type { LocalSession } from "../../scripts/session/local-session";
import { serverProgram } from "../../scripts/session/server-program";
import { sshKeyFile } from "../../scripts/setup/ssh-key";
import { projectRoot } from "../../scripts/support/project";
import { claimPlace, type Place } from "../../scripts/testing/place";
import { AwsCli } from "./aws-cli";
import { localVariables, openSession } from "./session";
import { Synthesis } from "./synthesis";
import { unattended } from "./tunnel";
import { LIMIT_MS, until } from "./until";

/** How a command ended, and all its output. */
export interface Ended {
  readonly exitCode: number;
  readonly output: string;
}

/** A command that is running. */
export type Command = ReturnType<Workbench["local"]>;

/** What the cdktf command is asked to do. */
type Verb = "deploy" | "destroy" | "diff" | "list" | "output" | "synth";

/** Settings other than those of settings/local.yaml, by variable without prefix: `{ EBS_VOLUME_SIZE_GIB: "2" }`. */
export type Values = Readonly<Record<string, string>>;

/**
 * One user of one local AWS. Runs the commands of the README, with real Terraform and the real provider.
 * Each user has folders of its own for Terraform, so that two can work on one local AWS as two people would.
 */
export class Workbench {
  /** Settings that hold for every command, as those of a settings file do. */
  settings: Record<string, string> = {};

  /** The socket of the user's SSH agent. */
  sshAgent: string | undefined;

  private address = "";
  private awsCli: AwsCli | undefined;
  private readonly synthesis: Synthesis;

  private constructor(
    public session: LocalSession,
    private readonly folder: string,
    /** Only for a user with a local AWS of its own. */
    private readonly place?: Place,
    /** The checkout that the user works in. */
    private readonly checkout = projectRoot,
  ) {
    this.synthesis = new Synthesis(path.join(this.terraformFolder, "cdktf.out"));
  }

  /**
   * A user with a local AWS of its own, in a place of its own.
   *
   * @param checkout the checkout that the user works in. @default this one
   * @param prepare is called before the local AWS starts, with its home, which may not exist yet. @default nothing
   */
  static async start(checkout?: string, prepare?: (localAws: LocalAws) => Promise<void>): Promise<Workbench> {
    const place = await claimPlace();
    const { folder, port, network } = place;
    const localAws = { home: path.join(folder, "local-aws"), port, network };
    await prepare?.(localAws);
    const session = await openSession(localAws);
    return new Workbench(session, folder, place, checkout);
  }

  /** Ports of this computer for a tunnel, reserved for this user's local AWS. */
  get tunnelPorts(): Place["tunnelPorts"] {
    if (this.place === undefined) throw new Error("expected a user with a local AWS of its own");
    return this.place.tunnelPorts;
  }

  /** Kills the local AWS's server at once, as a power cut would. */
  async crashLocalAws(): Promise<void> {
    const { pid } = this.session.localAws.health;
    process.kill(pid, "SIGKILL");
    await until("the server's end", async () => !existsSync(`/proc/${pid}`));
  }

  /** Starts the local AWS on the same folder again. */
  async startAgain(): Promise<void> {
    this.session = await openSession(this.session.localAws);
  }

  /** Another project of the same person in the same account, with Terraform state of its own. */
  another(projectName: string): Workbench {
    const other = new Workbench(this.session, mkdtempSync(path.join(this.folder, "another-")));
    other.settings = { ...this.settings, PROJECT: projectName };
    return other;
  }

  /**
   * Runs `work` in another environment of the same person: the same `cdktf.out`, other settings and state.
   *
   * @param name of a settings file
   */
  async inEnvironment(name: string, work: () => Promise<void>): Promise<void> {
    const { settings } = this;
    this.settings = { ENV: name };
    try {
      await work();
    } finally {
      this.settings = settings;
    }
  }

  /**
   * `npx cdktf <verb> <stacks>`, with `--auto-approve` where it changes something; a failure is returned, not thrown.
   */
  cdktf(verb: Verb, stacks: readonly string[], values: Values = {}): Promise<Ended> {
    const approve = verb === "deploy" || verb === "destroy" ? ["--auto-approve"] : [];
    this.synthesis.forget();
    return this.run(["cdktf", verb, ...stacks, ...approve], values);
  }

  /** Like {@link cdktf}, but throws all output unless the command succeeds. */
  async mustCdktf(verb: Verb, stacks: string | readonly string[], values: Values = {}): Promise<string> {
    const words = [stacks].flat();
    return said(`cdktf ${verb} ${words.join(" ")}`, await this.cdktf(verb, words, values));
  }

  /** Deploys a stack with Terraform itself, in half the processor time of {@link cdktf}. Returns its output. */
  async deploy(stack: string, values: Values = {}): Promise<string> {
    return said(`terraform apply of ${stack}`, await this.terraform(["apply", "-auto-approve"], stack, values));
  }

  /** Like {@link deploy}, but destroys the stack. */
  async destroy(stack: string, values: Values = {}): Promise<string> {
    return said(`terraform destroy of ${stack}`, await this.terraform(["destroy", "-auto-approve"], stack, values));
  }

  /** Starts `npx cdktf <verb> <stack>` in a process group of its own, for tests that interrupt it. */
  begin(verb: "deploy" | "destroy", stack: string) {
    this.synthesis.forget();
    return this.beginAny(["cdktf", verb, stack, "--auto-approve"]);
  }

  /**
   * Like {@link begin}, for Terraform itself in the folder of a synthesized stack: cdktf's Terraform is not in its process
   * group.
   *
   * @param endpoint address of AWS. @default the local AWS's own
   */
  beginTerraform(verb: "apply" | "destroy", stack: string, endpoint?: string) {
    const environment = endpoint === undefined ? {} : { AWS_ENDPOINT_URL: endpoint };
    return this.beginAny(["terraform", verb, "-auto-approve"], path.join(this.outdir, "stacks", stack), environment);
  }

  /**
   * Like {@link begin}, for an npm script of this project. npm itself is left out: it would answer Ctrl-C, too.
   *
   * @param environment variables beside the user's. @default none
   */
  beginScript(name: string, args: readonly string[], environment: NodeJS.ProcessEnv = {}) {
    const file = path.join(projectRoot, "scripts", "npm", `${name}.ts`);
    return this.beginAny(["node", "scripts/setup/bootstrap.cjs", file, ...args], projectRoot, environment);
  }

  private beginAny([file, ...args]: string[], cwd = this.checkout, environment: NodeJS.ProcessEnv = {}) {
    const options = this.options({});
    const env = { ...options.env, ...environment };
    return execa(file as string, args, { ...options, env, cwd, detached: true, all: true, reject: false });
  }

  /** Starts `npm run local -- <command>` in a process group of its own; a failure is returned, not thrown. */
  local(...command: string[]) {
    this.synthesis.forget();
    return execa(process.execPath, ["scripts/setup/bootstrap.cjs", "scripts/npm/local.ts", ...command], {
      cwd: projectRoot,
      env: { ...localVariables(this.session.localAws), NO_COLOR: "1" },
      timeout: LIMIT_MS,
      stdin: "ignore",
      detached: true,
      all: true,
      reject: false,
    });
  }

  /** The plan of a stack, as a review sees it: `changes` is empty when nothing would change. */
  async plan(stack: string): Promise<{ changes: string }> {
    const { exitCode, output } = await this.terraform(["plan", "-detailed-exitcode"], stack);
    if (exitCode === 1) throw new Error(`terraform plan of ${stack} failed:\n${output}`);
    return { changes: exitCode === 0 ? "" : output };
  }

  /**
   * Runs Terraform on a stack's synthesized folder, as the review of a pull request does. Use it to test messages: on a
   * busy computer, the cdktf command loses the last lines of Terraform's output.
   */
  async terraform(args: readonly string[], stack: string, values: Values = {}): Promise<Ended> {
    const directory = path.join(this.outdir, "stacks", stack);
    const variables = { ...this.settings, ...values };
    if (!this.synthesis.isOf(variables)) {
      const ended = await this.run(["node", "--import", "tsx", "main.ts"], values);
      if (ended.exitCode !== 0) return ended;
      this.synthesis.remember(variables);
    }
    if (!this.synthesis.isInitialized(stack)) {
      const ended = await this.run(["terraform", "init", "-input=false"], values, directory);
      if (ended.exitCode !== 0) return ended;
      this.synthesis.rememberInit(stack);
    }
    return this.terraformAgain(args, stack, values);
  }

  /** Runs Terraform on what the cdktf command has synthesized, since that command may have lost Terraform's output. */
  terraformAgain(args: readonly string[], stack: string, values: Values = {}): Promise<Ended> {
    return this.run(["terraform", ...args], values, path.join(this.outdir, "stacks", stack));
  }

  /** Where Terraform keeps the state of a stack. */
  stateFile(stack: string): string {
    return path.join(this.terraformFolder, "state", this.settings["ENV"] ?? "local", `${stack}.tfstate`);
  }

  /** Outputs of a deployed stack. */
  async outputs(stack: string): Promise<Record<string, string>> {
    const { outputs } = JSON.parse(readFileSync(this.stateFile(stack), "utf8")) as {
      outputs: Record<string, { value: string }>;
    };
    return Object.fromEntries(Object.entries(outputs).map(([name, { value }]) => [name, value]));
  }

  /** Runs `aws <arguments>`; returns its answer, parsed; throws its output when it fails. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of every call; a test names what it reads.
  async aws(...args: string[]): Promise<any> {
    this.awsCli ??= new AwsCli(this.options({}).env);
    const { exitCode, output } = await this.awsCli.call([...args, "--output", "json"]);
    if (exitCode !== 0) throw new Error(output.trim());
    return output.trim() === "" ? {} : JSON.parse(output);
  }

  /** Takes a snapshot of a volume, and returns its id when it is complete. */
  async snapshot(volumeId: string): Promise<string> {
    const { SnapshotId: id } = await this.aws("ec2", "create-snapshot", "--volume-id", volumeId);
    await until(`the snapshot ${id}`, async () => {
      const { Snapshots } = await this.aws("ec2", "describe-snapshots", "--snapshot-ids", id);
      return Snapshots[0].State === "completed";
    });
    return id;
  }

  /** Runs bash commands, as the docs give them; a failure is returned, not thrown. */
  bash(commands: string): Promise<Ended> {
    this.synthesis.forget();
    return this.run(["bash", "-c", commands], {});
  }

  /** Runs a command on the development machine; throws its output when it fails. */
  async ssh(command: string): Promise<string> {
    const { exitCode, output } = await this.trySsh(command);
    if (exitCode !== 0) throw new Error(`ssh: ${command}: exit code ${exitCode}: ${output}`);
    return output.trim();
  }

  /** Runs a command on the development machine; a failure is returned, not thrown. */
  async trySsh(command: string): Promise<Ended> {
    return this.run(["ssh", ...(await this.login()), command], {});
  }

  private async login(): Promise<string[]> {
    // A destroy first removes the outputs from the state, even if it fails afterwards.
    this.address = (await this.outputs("ec2"))["address"] ?? this.address;
    const key = this.settings["SSH_PRIVATE_KEY_FILE"] || sshKeyFile(this.session.localAws.home);
    const port = this.settings["SSH_PORT"] ?? "2222";
    return ["-i", key, "-p", port, ...unattended, `admin@${this.address}`];
  }

  /** Waits until the machine has booted again since {@link bootId} returned `before`, and its services are up. */
  async waitForBoot(before: string): Promise<void> {
    const isUp = "systemctl is-system-running --wait >/dev/null; stat -c %Y /run/systemd";
    let said = "";
    const answers = async () => {
      const { exitCode, output } = await this.trySsh(isUp);
      said = output;
      return exitCode === 0 && output.trim() !== before;
    };
    await until("the machine to be up again", answers, () => said);
  }

  /** Tells one boot of the machine from another. */
  bootId(): Promise<string> {
    return this.ssh("stat -c %Y /run/systemd");
  }

  /** Ends the user's work. If the user has a local AWS of its own, ends that too and deletes everything it kept. */
  async end(): Promise<void> {
    this.awsCli?.end();
    this.awsCli = undefined;
    if (this.place === undefined) return rmSync(this.folder, { recursive: true, force: true });
    await stopLocalAws(this.session.localAws);
    await cleanLocalAws(this.session.localAws, serverProgram(this.session.localAws));
    await this.place.giveBack();
  }

  /** A user with a local AWS of its own works where `npm run local` does. */
  private get terraformFolder(): string {
    return this.place ? this.session.localAws.home : this.folder;
  }

  /** The folder that cdktf writes to and Terraform works in. */
  get outdir(): string {
    return path.join(this.terraformFolder, "cdktf.out");
  }

  private async run([file, ...args]: string[], values: Values, cwd = this.checkout): Promise<Ended> {
    const { exitCode, all } = await execa(file as string, args, {
      ...this.options(values),
      cwd,
      all: true,
      reject: false,
    });
    return { exitCode: exitCode ?? -1, output: stripVTControlCharacters(String(all)) };
  }

  private options(values: Values) {
    const variables = Object.entries({ ...this.settings, ...values }).map(([name, value]) => [
      `WORKBENCH_${name}`,
      value,
    ]);
    return {
      cwd: this.checkout,
      extendEnv: false,
      timeout: LIMIT_MS,
      stdin: "ignore",
      env: {
        ...this.session.environment,
        CDKTF_OUTPUT: this.outdir,
        CDKTF_OUTDIR: this.outdir,
        WORKBENCH_STATE_DIRECTORY: path.relative(this.checkout, path.join(this.terraformFolder, "state")),
        // Terraform and its provider live for seconds: collecting garbage less often saves a fifth of their processor
        // time.
        GOGC: "400",
        ...(this.sshAgent ? { SSH_AUTH_SOCK: this.sshAgent } : {}),
        NO_COLOR: "1",
        ...Object.fromEntries(variables),
      },
    } satisfies Options;
  }
}

/** Returns a command's output; throws its last lines unless the command succeeded. */
function said(command: string, { exitCode, output }: Ended): string {
  if (exitCode === 0) return output;
  throw new Error(`${command} ended with ${exitCode}:\n${output.split("\n").slice(-60).join("\n")}`);
}
