import { accessSync, constants, existsSync, statSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { CommandError } from "../support/command-error";
import { runLogged } from "../support/run-logged";
import { keepServiceOff } from "./keep-service-off";
import type { Step } from "./step";
import { type Need, SYSTEM_TOOLS, type SystemTool } from "./tool-list";

const APT_TIMEOUT_SEC = 600;

/** Folders of administrators' tools. On Debian, the PATH of an ordinary user does not have them. */
const ADMINISTRATOR_DIRECTORIES = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

/** Finds a program as a shell does, and also searches the administrators' folders. */
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

/** Lists the tools for `needs` that are not installed, in the order of the list. */
export function missingTools(needs: readonly Need[], environment: NodeJS.ProcessEnv = process.env): SystemTool[] {
  const isHere = ({ command }: SystemTool): boolean =>
    path.isAbsolute(command) ? existsSync(command) : findProgram(command, environment) !== undefined;
  return SYSTEM_TOOLS.filter((tool) => needs.includes(tool.neededFor) && !isHere(tool));
}

/** Tells whether this process can install Debian packages: it needs root, Debian and apt-get. */
export function canInstallPackages(environment: NodeJS.ProcessEnv = process.env): boolean {
  return (
    process.getuid?.() === 0 && existsSync("/etc/debian_version") && findProgram("apt-get", environment) !== undefined
  );
}

/** Describes a tool that has to be installed: "mkfs.xfs (Debian package xfsprogs): formats with xfs". */
export function describeTool(tool: SystemTool): string {
  return `${tool.command} (Debian package ${tool.package}): ${tool.purpose}`;
}

/**
 * Installs the missing tools for `needs` with apt-get. Skips a package that this system does not offer. Where apt-get
 * cannot be used, the step counts as done. Callers then ask {@link missingTools}, and report what is missing.
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
      for (const tool of wanted) {
        for (const unit of packages.includes(tool.package) ? (tool.units ?? []) : []) keepServiceOff(unit);
      }
      await apt(["install", "--no-install-recommends", "--yes", ...packages], "apt-get install");
      const still = missingTools(needs).filter((tool) => packages.includes(tool.package));
      if (still.length > 0) {
        throw new CommandError(
          `apt-get installed ${packages.join(", ")}, ` +
            `but ${still.map((tool) => tool.command).join(", ")} is still not on the PATH`,
        );
      }
    },
  };
}

async function apt(args: readonly string[], name: string): Promise<void> {
  await runLogged({
    name,
    file: "apt-get",
    // Wait for the lock of another apt-get: one often runs on a machine that has just booted.
    args: ["--quiet", "--option=DPkg::Lock::Timeout=120", ...args],
    timeoutSec: APT_TIMEOUT_SEC,
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
  });
}

/** Keeps the packages that apt can install. Ubuntu, for one, offers a few of Debian's packages only as snaps. */
async function available(packages: readonly string[]): Promise<string[]> {
  const { stdout } = await execa("apt-cache", ["policy", ...new Set(packages)], { env: { LC_ALL: "C" } });
  return packagesWithCandidate(stdout);
}

/** Reads the output of `apt-cache policy`: the packages that have a version to install. */
export function packagesWithCandidate(policy: string): string[] {
  return [...policy.matchAll(/^(\S+):\n.*\n +Candidate: (?!\(none\))/gm)].map((match) => match[1] as string);
}
