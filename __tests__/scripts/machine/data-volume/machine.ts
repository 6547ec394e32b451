import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readlinkSync } from "node:fs";
import { execa } from "execa";
import { onTestFinished } from "vitest";

/** How a command ended. */
export interface Ended {
  readonly code: number;
  /** What it said on stderr, without the last line break. */
  readonly said: string;
  readonly out: string;
  readonly seconds: number;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/**
 * A mount namespace that stands for a machine. Only its test sees what it mounts. Its mounts neither hold the devices
 * of other tests nor are held by them. They are gone when the test ends, however it ends.
 */
export class Machine {
  private constructor(private readonly pid: number) {}

  static async start(): Promise<Machine> {
    const holder = spawn(
      "setpriv",
      ["--pdeathsig", "KILL", "unshare", "--mount", "--propagation", "slave", "sleep", "infinity"],
      { stdio: "ignore" },
    );
    const pid = holder.pid;
    if (pid === undefined) throw new Error("no mount namespace: unshare did not start");
    onTestFinished(async () => {
      holder.kill("SIGKILL");
      if (holder.exitCode === null && holder.signalCode === null) await once(holder, "exit");
    });
    while (readlinkSync(`/proc/${pid}/ns/mnt`) === readlinkSync("/proc/self/ns/mnt")) await sleep(10);
    const machine = new Machine(pid);
    // Hides this computer's systemd: the scripts must neither ask nor change it.
    if (existsSync("/run/systemd")) await machine.must("mount", "-t", "tmpfs", "tmpfs", "/run/systemd");
    return machine;
  }

  /** The path by which this test process reaches a path of the machine. */
  path(path: string): string {
    return `/proc/${this.pid}/root${path}`;
  }

  /** The command with its arguments that runs a command on the machine. */
  command(command: string, ...args: string[]): [string, string[]] {
    return ["nsenter", [`--mount=/proc/${this.pid}/ns/mnt`, "--", command, ...args]];
  }

  /** Runs a command on the machine for at most ten minutes. Never throws: returns how the command ended. */
  async run(command: string, args: readonly string[] = [], options: RunOptions = {}): Promise<Ended> {
    return run(...this.command(command, ...args), options);
  }

  /** Runs a command that must succeed; returns its output. */
  async must(command: string, ...args: string[]): Promise<string> {
    const ended = await this.run(command, args);
    if (ended.code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${ended.code}: ${ended.said}`);
    return ended.out.trim();
  }

  /** Starts a command in the background and waits until it prints "ready". The end of the test kills it. */
  async start(command: string, ...args: string[]): Promise<Running> {
    const child = spawn(...this.command(command, ...args), {
      stdio: ["ignore", "pipe", "ignore"],
      detached: true,
    });
    const exited = once(child, "exit");
    onTestFinished(async () => {
      try {
        process.kill(-(child.pid as number), "SIGKILL");
      } catch {
        // It has ended already.
      }
      await exited;
    });
    await Promise.race([once(child.stdout, "data"), exited]);
    return { pid: child.pid as number, running: () => child.exitCode === null && child.signalCode === null, exited };
  }
}

/** Runs a command on this computer for at most ten minutes. Never throws: returns how the command ended. */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const begin = performance.now();
  const ended = await execa(command, args, {
    reject: false,
    timeout: 600_000,
    env: { ...options.env },
    input: options.input ?? "",
    forceKillAfterDelay: 1000,
  });
  return {
    code: ended.exitCode ?? -1,
    said: ended.stderr,
    out: ended.stdout,
    seconds: (performance.now() - begin) / 1000,
  };
}

/** A command that runs in the background. */
export interface Running {
  readonly pid: number;
  readonly running: () => boolean;
  readonly exited: Promise<unknown>;
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
