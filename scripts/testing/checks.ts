import { readFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { findProgram } from "../setup/tools";
import { projectRoot, venvDirectory } from "../support/project";

/** A program that checks the sources without running them. */
export interface Check {
  readonly name: string;
  readonly file: string;
  readonly args: readonly string[];
}

const CHECK_LIMIT_SEC = 600;

/** The folders with Python. Each has or extends ruff's configuration. */
const PYTHON_SOURCES = ["scripts/local-aws", "scripts/machine", "packer", "__tests__"];

/** Time limit of each check, in seconds. */
export const checkLimitSec = CHECK_LIMIT_SEC;

/** Lists every check that can run here. Lists the others with the reason. */
export async function listChecks(): Promise<{ checks: Check[]; skipped: { name: string; reason: string }[] }> {
  const bin = (name: string): string => path.join(projectRoot, "node_modules", ".bin", name);
  const ruff = path.join(venvDirectory, "bin", "ruff");
  const checks: Check[] = [
    { name: "types (tsc)", file: bin("tsc"), args: ["--noEmit"] },
    { name: "lint and format (biome)", file: bin("biome"), args: ["check", "--error-on-warnings"] },
    { name: "Python lint (ruff)", file: ruff, args: ["check", ...PYTHON_SOURCES] },
    { name: "Python format (ruff)", file: ruff, args: ["format", "--check", ...PYTHON_SOURCES] },
  ];
  const shellcheck = findProgram("shellcheck");
  const name = "shell scripts (shellcheck)";
  if (shellcheck === undefined) return { checks, skipped: [{ name, reason: "shellcheck is not installed" }] };
  return {
    checks: [...checks, { name, file: shellcheck, args: ["--external-sources", ...(await shellScripts())] }],
    skipped: [],
  };
}

/**
 * Finds every shell script of the project by its first line, because the scripts for machines have no file extension.
 */
async function shellScripts(): Promise<string[]> {
  const listed = await execa("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: projectRoot,
  });
  return listed.stdout.split("\0").filter((file) => file !== "" && isShellScript(path.join(projectRoot, file)));
}

function isShellScript(file: string): boolean {
  try {
    return /^#!.*\b(ba|da)?sh\b/.test(readFileSync(file, "utf8").split("\n", 1)[0] ?? "");
  } catch {
    // The file is deleted, but the deletion is not committed yet.
    return false;
  }
}
