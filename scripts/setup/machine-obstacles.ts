import { existsSync, readFileSync } from "node:fs";

const MOUNTS = "/proc/self/mountinfo";

/** The facts about a computer that decide whether real machines can run. */
export interface Host {
  readonly os: NodeJS.Platform;
  readonly userId: number | undefined;
  readonly environment: NodeJS.ProcessEnv;
  /** Text of Linux's `/proc/self/mountinfo`; empty elsewhere. */
  readonly mounts: string;
}

/** Reads the facts of this computer. */
export function thisHost(): Host {
  return {
    os: process.platform,
    userId: process.getuid?.(),
    environment: process.env,
    mounts: existsSync(MOUNTS) ? readFileSync(MOUNTS, "utf8") : "",
  };
}

/** The reasons why real machines cannot run. Empty when they can. A missing tool that can be installed is no reason. */
export function machineObstacles({ os, userId, environment, mounts }: Host): string[] {
  if (os !== "linux") return [`machines need Linux, and this is ${os}`];
  if (userId !== 0) return [`machines need root, and this is user id ${userId}`];
  if (environment["LOCAL_AWS_MACHINES"] === "false") return ["LOCAL_AWS_MACHINES=false asks for none"];
  if (!mounts.includes(" - cgroup2 ")) {
    return [
      "machines need control groups of version 2, and none are mounted: mount -t cgroup2 cgroup2 <an empty folder>",
    ];
  }
  return [];
}
