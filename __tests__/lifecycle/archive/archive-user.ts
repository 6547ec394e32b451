import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { checkout } from "../../checkout";
import { addExample } from "../../example/add-example";
import { temporaryFolder } from "../../temporary-folder";
import { checksumsOf } from "../data";
import { leaderOf } from "../machines";
import { until } from "../until";
import { Workbench } from "../workbench";

const mountPoints = ["/archive/0", "/archive/1"] as const;

/**
 * A user of a checkout that has the example's stacks. Nobody can log in to the host of the archive: this reads its files
 * through /proc, and never runs a command on it.
 */
export class ArchiveUser {
  private constructor(
    readonly workbench: Workbench,
    private readonly directory: string,
  ) {}

  static async start(): Promise<ArchiveUser> {
    const directory = checkout();
    addExample(directory);
    return new ArchiveUser(await Workbench.start(directory), directory);
  }

  async end(): Promise<void> {
    await this.workbench.end();
  }

  /** Changes the scripts of the host, without an effect. The next settings are synthesized with them. */
  changeScripts(): void {
    appendFileSync(path.join(this.directory, "scripts", "machine", "archive", "archive.py"), "# Changed.\n");
  }

  /** The host. */
  async instanceId(): Promise<string> {
    return (await this.workbench.outputs("archive"))["instance_id"] ?? "";
  }

  /** A file of the host. */
  async read(file: string): Promise<string> {
    return readFileSync(await this.onHost(file), "utf8");
  }

  /** Waits until the archive has started as often as this, in all its life, according to both volumes. */
  async untilStarted(times: number): Promise<void> {
    let notes: string[] = [];
    await until(
      `the archive's start ${times}`,
      async () => {
        notes = await this.notes().catch(() => []);
        return notes.length > 0 && notes.every((text) => startsIn(text) === times);
      },
      () => JSON.stringify(notes),
    );
  }

  /** How often the archive has started, in all its life, according to the first volume. */
  async starts(): Promise<number> {
    const [text = ""] = await this.notes();
    return startsIn(text);
  }

  /** Writes files of random bytes on both volumes. */
  async writeFiles(): Promise<void> {
    for (const [index, folder] of (await this.folders()).entries()) {
      await execa("bash", [
        "-c",
        `mkdir '${folder}/work' && head -c ${index + 3}M /dev/urandom > '${folder}/work/file'`,
      ]);
    }
  }

  /** Checksums of those files. */
  async checksums(): Promise<string[]> {
    const folders = await this.folders();
    return Promise.all(
      folders.map(async (folder) => (await execa("bash", ["-c", checksumsOf(`${folder}/work`)])).stdout),
    );
  }

  /** Waits until the host has mounted its volumes with these contents. */
  async untilEveryByte(sums: readonly string[]): Promise<void> {
    const expected = sums.join("\n");
    let found = "";
    await until(
      "every byte on the host",
      async () => {
        found = (await this.checksums().catch((error: Error) => [error.message])).join("\n");
        return found === expected;
      },
      () => found,
    );
  }

  /** The key's value, as the API gives it. A test must not compare it: a failure would print it. */
  async key(): Promise<string> {
    const { key_arn = "" } = await this.workbench.outputs("archive-data");
    return (await this.workbench.aws("secretsmanager", "get-secret-value", "--secret-id", key_arn)).SecretString;
  }

  /**
   * Plans a stack, and throws what would change.
   *
   * @returns the output, and the plan as the tools of a review read it
   */
  async quietPlan(stack: string): Promise<string> {
    const file = path.join(this.workbench.outdir, `${stack}.plan`);
    const { exitCode, output } = await this.workbench.terraform(["plan", "-detailed-exitcode", `-out=${file}`], stack);
    if (exitCode !== 0) throw new Error(`expected a plan of ${stack} without a change, got ${output}`);
    const shown = await this.workbench.terraformAgain(["show", "-json", file], stack);
    rmSync(file);
    return output + shown.output;
  }

  /**
   * Names of the files that have a text, for each text: among what Terraform gets and keeps of both stacks, and what the
   * host has of its own.
   *
   * @param said what commands printed, which counts as a file
   */
  async filesWith(texts: readonly string[], said: readonly string[]): Promise<string[][]> {
    const folder = temporaryFolder("archive-");
    writeFileSync(path.join(folder, "said"), said.join("\n"));
    const { outdir } = this.workbench;
    const ofHost = ["/archive", "/etc", "/run/log", "/tmp", "/usr/local", "/var/lib/cloud", "/var/log"];
    const folders = [path.join(outdir, "stacks"), path.dirname(this.workbench.stateFile("archive")), folder];
    folders.push(...(await Promise.all(ofHost.map((each) => this.onHost(each)))));
    return Promise.all(texts.map((text) => filesWith(text, folders)));
  }

  /** Ids of the volumes, in order. */
  async volumeIds(): Promise<readonly string[]> {
    const { volume_ids } = await this.workbench.outputs("archive-data");
    return [volume_ids ?? []].flat();
  }

  /** The disks of the volumes, in order, as files of this computer. */
  async disks(): Promise<string[]> {
    return (await this.volumeIds()).map((id) => path.join(this.home, "disks", id));
  }

  /** Checksums of the files of {@link writeFiles} in a snapshot, as {@link checksums} has them. */
  async checksumsInSnapshot(snapshotId: string): Promise<string> {
    const folder = temporaryFolder("snapshot-");
    await execa("debugfs", ["-R", `rdump /work ${folder}`, path.join(this.home, "snapshots", snapshotId)]);
    return (await execa("bash", ["-c", checksumsOf(`${folder}/work`)])).stdout;
  }

  private get home(): string {
    return this.workbench.session.localAws.home;
  }

  private async notes(): Promise<string[]> {
    return Promise.all(mountPoints.map((folder) => this.read(`${folder}/notes`)));
  }

  private folders(): Promise<string[]> {
    return Promise.all(mountPoints.map((folder) => this.onHost(folder)));
  }

  private async onHost(file: string): Promise<string> {
    return `/proc/${await leaderOf(await this.instanceId())}/root${file}`;
  }
}

function startsIn(notes: string): number {
  return notes.split("started").length - 1;
}

async function filesWith(text: string, folders: readonly string[]): Promise<string[]> {
  // Files of a host come and go meanwhile. The AWS provider is in .terraform.
  const options = [
    "--recursive",
    "--files-with-matches",
    "--devices=skip",
    "--no-messages",
    "--exclude-dir=.terraform",
  ];
  const { exitCode, stdout } = await execa("grep", [...options, "--fixed-strings", "--file=-", ...folders], {
    input: text,
    reject: false,
  });
  if (exitCode === undefined) throw new Error("expected grep to search, got no exit code");
  return stdout.split("\n").filter((file) => file !== "");
}
