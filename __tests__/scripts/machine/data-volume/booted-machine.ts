import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { execa } from "execa";
import { onTestFinished } from "vitest";
import { baseImageDirectory } from "../../../../scripts/setup/base-image";
import { controlGroups, testControlGroup } from "../../../../scripts/testing/test-control-group";
import { scripts } from "./exit-codes";
import type { LoopDevice } from "./loop-device";
import { type Ended, run, sleep } from "./machine";

const bootMachine = join(scripts, "../../local-aws/local_aws/host/containers/boot-machine");
/** Far more than a busy computer takes. */
const limitMs = 600_000;
const wantsToBootAgain = 133;

/** The root file system that the local AWS boots its machines from; undefined if none was made yet. */
export function baseImage(): string | undefined {
  const image = baseImageDirectory();
  return existsSync(image) ? image : undefined;
}

/** Why no machine can boot here, in words; undefined where one can. */
export function whyNoMachines(): string | undefined {
  if (!existsSync("/usr/bin/systemd-nspawn")) return "needs systemd-nspawn (package systemd-container)";
  if (!controlGroups()) return "needs a control group hierarchy of version 2";
  return baseImage() ? undefined : "needs the base image of the local AWS, which `npm start` makes";
}

/** A machine that boots: the local AWS's base image under systemd-nspawn, without a network. It ends with the test. */
export class BootedMachine {
  private readonly home = mkdtempSync(join(tmpdir(), "workbench-booted-"));
  private readonly folder = join(this.home, "instances/machine");
  private readonly group = testControlGroup(controlGroups() as string, randomBytes(4).toString("hex"));
  private readonly uuid = randomUUID();
  private readonly network: ChildProcess = spawn("setpriv", [
    "--pdeathsig",
    "KILL",
    "unshare",
    "--net",
    "sleep",
    "infinity",
  ]);
  private nspawn: ChildProcess | undefined;
  private leader = 0;

  private constructor(given: Readonly<Record<string, string>>) {
    const view = ["sys/block", "sys/class-block", "sys/dev-block"];
    for (const name of ["upper", "work", "root", "by-id", "docker", ...view, "given/etc/cloud", "given/opt"]) {
      mkdirSync(join(this.folder, name), { recursive: true });
    }
    symlinkSync(baseImage() as string, join(this.home, "base"));
    writeFileSync(join(this.folder, "given/etc/cloud/cloud-init.disabled"), "");
    cpSync(scripts, join(this.folder, "given/opt/on-machine"), { recursive: true });
    for (const [path, text] of Object.entries(given)) this.give(path, text);
    mkdirSync(this.group);
    onTestFinished(() => this.remove());
  }

  /** @param given files of the machine by path: text. One that begins with `#!` is executable. @default none */
  static async boot(given: Readonly<Record<string, string>> = {}): Promise<BootedMachine> {
    const machine = new BootedMachine(given);
    await machine.bootAgain();
    return machine;
  }

  private give(path: string, text: string): void {
    const file = join(this.folder, "given", path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: text.startsWith("#!") ? 0o755 : 0o644 });
  }

  /** Boots it (again), and waits until its systemd has started everything. */
  async bootAgain(): Promise<void> {
    const args = ["--mount", "--propagation=slave", bootMachine, this.home, "machine", "base"];
    this.nspawn = spawn(
      "setpriv",
      ["--pdeathsig", "KILL", "unshare", ...args, `/proc/${this.network.pid}/ns/net`, this.group, this.uuid],
      {
        stdio: ["ignore", "ignore", "ignore"],
      },
    );
    const deadline = Date.now() + limitMs;
    while (!(await this.isUp())) {
      if (Date.now() > deadline || this.nspawn.exitCode !== null) throw new Error("the machine did not boot");
      await sleep(200);
    }
  }

  /** Runs a command on the machine. Never throws: returns how the command ended. */
  run(command: string, ...args: string[]): Promise<Ended> {
    const inside = [`--target=${this.leader}`, "--mount", "--uts", "--ipc", "--net", "--pid", "--", command, ...args];
    return run("nsenter", inside);
  }

  /** Runs a command that must succeed; returns its output. */
  async must(command: string, ...args: string[]): Promise<string> {
    const ended = await this.run(command, ...args);
    if (ended.code !== 0)
      throw new Error(`${command} ${args.join(" ")} ended with ${ended.code}: ${ended.said}${ended.out}`);
    return ended.out.trim();
  }

  /** Writes a unit and enables and starts it. */
  async addService(name: string, text: string): Promise<void> {
    writeFileSync(`/proc/${this.leader}/root/etc/systemd/system/${name}`, text);
    await this.must("systemctl", "daemon-reload");
    await this.must("systemctl", "enable", "--quiet", "--now", name);
  }

  /** Waits until all of the units are active. */
  untilActive(...units: string[]): Promise<void> {
    return this.untilAre("active", units);
  }

  /** Waits until the unit has failed, and systemd does not start it again. */
  untilFailed(unit: string): Promise<void> {
    return this.untilAre("failed", [unit]);
  }

  private async untilAre(wanted: string, units: readonly string[]): Promise<void> {
    const deadline = Date.now() + limitMs;
    for (;;) {
      const states = (await this.run("systemctl", "is-active", ...units)).out.split("\n");
      if (states.every((state) => state === wanted)) return;
      if (Date.now() > deadline) throw new Error(`expected ${units} to be ${wanted}, got ${states}`);
      await sleep(200);
    }
  }

  /** Makes a disk appear, as an attached EBS volume does. */
  async plug(device: LoopDevice): Promise<void> {
    const [major = "", minor = ""] = (await execa("stat", ["-c", "%Hr %Lr", device.path])).stdout.split(" ");
    await execa("mknod", [join(this.folder, "by-id", basename(device.link)), "b", major, minor]);
    const kernelFolder = `../../devices/virtual/block/${basename(device.path)}`;
    symlinkSync(kernelFolder, join(this.folder, "sys/dev-block", `${major}:${minor}`));
  }

  unplug(device: LoopDevice): void {
    rmSync(join(this.folder, "by-id", basename(device.link)));
    const view = join(this.folder, "sys/dev-block");
    for (const number of readdirSync(view).filter(
      (each) => basename(readlinkSync(join(view, each))) === basename(device.path),
    )) {
      rmSync(join(view, number));
    }
  }

  /** Shuts it down cleanly and waits until it is off. After "reboot" it is off too, until bootAgain(). */
  async shutDown(how: "poweroff" | "reboot"): Promise<void> {
    const nspawn = this.nspawn as ChildProcess;
    const off = once(nspawn, "exit");
    await this.run("systemctl", how);
    await off;
    if (nspawn.exitCode !== (how === "reboot" ? wantsToBootAgain : 0))
      throw new Error(`the machine ended with ${nspawn.exitCode}`);
  }

  private async isUp(): Promise<boolean> {
    const pid = this.nspawn?.pid;
    const children = pid ? readIfThere(`/proc/${pid}/task/${pid}/children`).trim().split(" ") : [];
    const leader = children.find((child) => child && readIfThere(`/proc/${child}/comm`) === "systemd\n");
    this.leader = Number(leader ?? 0);
    return this.leader > 0 && /^(running|degraded)$/.test((await this.run("systemctl", "is-system-running")).out);
  }

  private async remove(): Promise<void> {
    if (this.nspawn && this.nspawn.exitCode === null && this.nspawn.signalCode === null) {
      const off = once(this.nspawn, "exit");
      process.kill(this.leader || (this.nspawn.pid as number), "SIGKILL");
      await off;
    }
    this.network.kill("SIGKILL");
    await execa("find", [this.group, "-depth", "-type", "d", "-delete"], { reject: false });
    await execa("chattr", ["-R", "-i", join(this.folder, "upper")], { reject: false });
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** A file of a process in /proc; empty once the process has ended. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
