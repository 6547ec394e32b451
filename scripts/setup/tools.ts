import { accessSync, constants, existsSync, statSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { CommandError } from "../support/command-error";
import { runLogged } from "../support/run-logged";
import type { Step } from "./step";
import { type Need, SYSTEM_TOOLS, type SystemTool } from "./tool-list";

const APT_TIMEOUT_SEC = 600;

/** Where administrators' tools live even when a PATH does not say so (Debian leaves them out for ordinary users). */
const ADMINISTRATOR_DIRECTORIES = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** Finds a program the way a shell would, looking into the administrators' folders too. */
export function findProgram(command: string, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  const directories = [...(environment["PATH"] ?? "").split(path.delimiter), ...ADMINISTRATOR_DIRECTORIES];
  return directories
    .filter((directory) => directory !== "")
    .map((directory) => path.join(directory, command))
    .find(isExecutableFile);
}

function isExecutableFile(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** The tools for `needs` that are not installed here, in the order of the list. */
export function missingTools(needs: readonly Need[], environment: NodeJS.ProcessEnv = process.env): SystemTool[] {
  const isHere = ({ command }: SystemTool): boolean =>
    path.isAbsolute(command) ? existsSync(command) : findProgram(command, environment) !== undefined;
  return SYSTEM_TOOLS.filter((tool) => needs.includes(tool.neededFor) && !isHere(tool));
}

/** Can this process install Debian packages? Only as root, and only where apt-get is how it is done. */
export function canInstallPackages(environment: NodeJS.ProcessEnv = process.env): boolean {
  return (
    process.getuid?.() === 0 && existsSync("/etc/debian_version") && findProgram("apt-get", environment) !== undefined
  );
}

/** "mkfs.xfs (Debian package xfsprogs): formats with xfs", for telling people what they would have to install. */
export function describeTool(tool: SystemTool): string {
  return `${tool.command} (Debian package ${tool.package}): ${tool.purpose}`;
}

/**
 * Installs what is missing for `needs` with apt-get where that is possible. Where it is not, the step counts as done; a package
 * that this system does not have is left out. Callers ask {@link missingTools} what they must do without, and name it.
 */
export function systemToolsStep(needs: readonly Need[]): Step {
  return {
    title: "Install system tools with apt-get (once, up to a minute)",
    isDone: () => missingTools(needs).length === 0 || !canInstallPackages(),
    run: async (report) => {
      const wanted = missingTools(needs);
      report(wanted.map((tool) => tool.package).join(" "));
      await apt(["update"], "apt-get update");
      const packages = await available(wanted.map((tool) => tool.package));
      if (packages.length === 0) return;
      await apt(["install", "--no-install-recommends", "--yes", ...packages], "apt-get install");
      const still = missingTools(needs).filter((tool) => packages.includes(tool.package));
      if (still.length > 0) {
        throw new CommandError(
          `apt-get installed ${packages.join(", ")} and still there is no ${still.map((tool) => tool.command).join(", ")} on the PATH`,
        );
      }
    },
  };
}

async function apt(args: readonly string[], name: string): Promise<void> {
  await runLogged({
    name,
    file: "apt-get",
    // Another apt-get may be at work, on a machine that has just booted above all: wait for its lock.
    args: ["--quiet", "--option=DPkg::Lock::Timeout=120", ...args],
    timeoutSec: APT_TIMEOUT_SEC,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
}

/** Those packages that apt could install: Ubuntu, for one, has a few of Debian's as snaps alone. */
async function available(packages: readonly string[]): Promise<string[]> {
  const { stdout } = await execa("apt-cache", ["policy", ...new Set(packages)], { env: { LC_ALL: "C" } });
  return packagesWithCandidate(stdout);
}

/** Reads what `apt-cache policy` says: the packages that have a version to install. */
export function packagesWithCandidate(policy: string): string[] {
  return [...policy.matchAll(/^(\S+):\n.*\n +Candidate: (?!\(none\))/gm)].map((match) => match[1] as string);
}
