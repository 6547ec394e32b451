import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CommandError, InterruptedError } from "../support/command-error";
import { isInterrupted } from "../support/interrupt";
import { cacheDirectory, projectRoot } from "../support/project";
import { runLogged } from "../support/run-logged";
import type { Step } from "./step";

const BUILD_TIMEOUT_SEC = 900;

/** The script exits with this code when another build runs. */
const ANOTHER_BUILD_RUNS = 5;

const recipeDirectory = path.join(projectRoot, "scripts", "local-aws", "base-image");
const buildScript = path.join(recipeDirectory, "build-base-image");

/**
 * The folder of the machines' base root file system, existing or not. Its name contains a hash of the recipe. So a
 * changed recipe makes a new base, and clones with the same recipe share one.
 */
export function baseImageDirectory(environment: NodeJS.ProcessEnv = process.env): string {
  return path.join(cacheDirectory(environment), "base-image", `${process.arch}-${recipeHash(recipeDirectory)}`);
}

/**
 * The first 12 hexadecimal digits of a hash over the names and the contents of all files below a folder.
 *
 * @param isPart tells which files count, by their path in the folder. @default all
 */
export function recipeHash(directory: string, isPart: (name: string) => boolean = () => true): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(directory, { recursive: true, encoding: "utf8" }).filter(isPart).sort()) {
    const file = path.join(directory, name);
    if (statSync(file).isFile()) hash.update(`${name}\0`).update(readFileSync(file)).update("\0");
  }
  return hash.digest("hex").slice(0, 12);
}

/**
 * Makes the base root file system of the local AWS's machines, once for each user and recipe. The script checks the
 * free space, and creates the folder only when its contents are complete.
 */
export const baseImageStep: Step = {
  title: "Make the machines' base, a Debian 13 (takes about a minute, once)",
  isDone: () => existsSync(baseImageDirectory()),
  run: async (report) => {
    const directory = baseImageDirectory();
    mkdirSync(path.dirname(directory), { recursive: true });
    const exitCode = await runLogged({
      name: "build base image",
      file: buildScript,
      args: [directory],
      timeoutSec: BUILD_TIMEOUT_SEC,
      onLine: (line) => report(line.trim().slice(0, 100)),
      allowedExitCodes: [0, ANOTHER_BUILD_RUNS],
    });
    if (exitCode === ANOTHER_BUILD_RUNS) await waitForOtherBuild(directory, report);
  },
};

async function waitForOtherBuild(directory: string, report: (progress: string) => void): Promise<void> {
  report("another command is making it: waiting");
  const giveUpAt = Date.now() + BUILD_TIMEOUT_SEC * 1000;
  while (!existsSync(directory)) {
    if (isInterrupted()) throw new InterruptedError("the other build of the machines' base goes on");
    if (Date.now() > giveUpAt) {
      throw new CommandError(
        `another build of ${directory} did not end within ${BUILD_TIMEOUT_SEC} s: end it and run the command again`,
      );
    }
    await sleep(500);
  }
}
