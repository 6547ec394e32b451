import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { text } from "node:stream/consumers";
import { execa } from "execa";
import type { LocalAws } from "../../scripts/local-aws/find-local-aws";
import { ensureReady } from "../../scripts/setup/ensure-ready";
import { venvPython } from "../../scripts/setup/python-env";
import { findProgram } from "../../scripts/setup/tools";
import { projectRoot } from "../../scripts/support/project";
import { memoryFolderOf } from "../../scripts/testing/sweep";
import { controlGroups } from "../../scripts/testing/test-control-group";
import { describeWithMachines, leaderOf, withoutMachines } from "./machines";
import { until } from "./until";
import { Workbench } from "./workbench";

const PROGRAM = path.join(projectRoot, "__tests__", "scripts", "local-aws", "forgetful_folder.py");

/** A story whose machines lose power. Where none can, it is skipped, with the reason in its name. */
export function describeWithPowerCuts(name: string, tell: () => void): void {
  describeWithMachines(name, tell, withoutMachines ?? withoutDisks());
}

function withoutDisks(): string | undefined {
  if (!findProgram("fusermount3")) return "fusermount3 is not installed (Debian package fuse3)";
  return existsSync("/dev/fuse") ? undefined : "this computer has no /dev/fuse";
}

/**
 * A user with a local AWS of its own, whose volumes forget what was not flushed when {@link cutPower} cuts the power of
 * their machine. The README of the local AWS says what such a disk is.
 */
export class PowerCuts {
  private constructor(
    readonly user: Workbench,
    private readonly disks: Disks,
  ) {}

  /**
   * Starts it. {@link end} ends it, and deletes everything that it kept.
   *
   * @param prepare is called before the local AWS starts, and may start it itself. @default nothing
   */
  static async start(prepare?: (localAws: LocalAws) => Promise<void>): Promise<PowerCuts> {
    let disks: Disks | undefined;
    const user = await Workbench.start(undefined, async (localAws) => {
      const { home } = localAws;
      await ensureReady({ localAwsHome: home });
      disks = await mountDisks(path.dirname(home));
      mkdirSync(home, { recursive: true, mode: 0o700 });
      symlinkSync(disks.folder, path.join(home, "disks"));
      await prepare?.(localAws);
    });
    if (disks === undefined) throw new Error("expected the disks to be made before the local AWS starts");
    return new PowerCuts(user, disks);
  }

  /**
   * Cuts the power of a running instance and of its volumes: what they have not flushed is gone. No program of the
   * instance sees an fsync succeed that is lost. Returns when the instance is stopped: `aws ec2 start-instances` boots
   * it again.
   */
  async cutPower(instanceId: string): Promise<void> {
    const attached = `Name=attachment.instance-id,Values=${instanceId}`;
    const { Volumes } = await this.user.aws("ec2", "describe-volumes", "--filters", attached);
    const ids: string[] = Volumes.map(({ VolumeId }: { VolumeId: string }) => VolumeId);
    // The root disk is layers.
    const cut = ids.filter((id) => existsSync(path.join(this.disks.folder, id)));
    await this.ask({ cut, kill: await controlGroupOf(instanceId) });
    await until(`the end of ${instanceId}`, async () => {
      const { Reservations } = await this.user.aws("ec2", "describe-instances", "--instance-ids", instanceId);
      return Reservations[0].Instances[0].State.Name === "stopped";
    });
  }

  /**
   * How often a volume was flushed. Anybody on this computer who calls `sync` flushes all disks. So a test that claims
   * the loss of a file compares the number before it writes the file with the one after the power cut.
   */
  async flushes(volumeId: string): Promise<number> {
    return Number(await this.ask({ flushes: volumeId }));
  }

  /** Ends the local AWS, and deletes everything that it kept. */
  async end(): Promise<void> {
    // The sweep of the user's place unmounts the disks. So their program ends by itself, unless a copy of the mount is in
    // a mount namespace that somebody made meanwhile.
    await this.user.end();
    await this.disks.end();
  }

  private async ask(request: object): Promise<unknown> {
    const connection = connect(this.disks.socket);
    connection.write(`${JSON.stringify(request)}\n`);
    const answer = JSON.parse(await text(connection));
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.is;
  }
}

/** The disks of a local AWS's volumes, by volume id, and the program that has them. */
interface Disks {
  readonly folder: string;
  readonly socket: string;
  end(): Promise<void>;
}

/** Starts the program that has the disks, and waits until they are there. */
async function mountDisks(place: string): Promise<Disks> {
  const kept = path.join(place, "kept");
  const socket = path.join(place, "disks.socket");
  // A sweep unmounts what is there, and reads no folder of it: that fails when the program was killed.
  const folder = path.join(memoryFolderOf(place), "disks");
  for (const each of [kept, folder]) mkdirSync(each, { recursive: true, mode: 0o700 });
  const program = execa(venvPython, [PROGRAM, kept, folder, socket], {
    // A session of its own: Ctrl-C must not take the disks from machines that are on.
    detached: true,
    stdin: "ignore",
    stderr: "inherit",
    buffer: false,
    reject: false,
  });
  const failed = program.then(({ exitCode }) => {
    throw new Error(`the disks did not appear: ${PROGRAM} ended with ${exitCode}`);
  });
  await Promise.race([once(program.stdout, "data"), failed]);
  failed.catch(() => {});
  program.unref();
  const end = async (): Promise<void> => {
    program.kill();
    await program;
  };
  return { folder, socket, end };
}

/** The control group with all processes of an instance's machine. */
async function controlGroupOf(instanceId: string): Promise<string> {
  const own = readFileSync(`/proc/${await leaderOf(instanceId)}/cgroup`, "utf8");
  const group = /^0::(.*\/payload)\//m.exec(own)?.[1];
  if (group === undefined) throw new Error(`expected a control group of the machine of ${instanceId}, got ${own}`);
  return path.join(controlGroups() ?? "", group);
}
