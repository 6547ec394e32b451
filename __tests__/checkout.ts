import { spawnSync } from "node:child_process";
import { cpSync, readdirSync, readFileSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import { temporaryFolder } from "./temporary-folder";

const project = resolve(__dirname, "..");

/** A second checkout in another folder: the sources as they are now, and the same dependencies. */
export function checkout(): string {
  const directory = temporaryFolder("checkout-");
  const files = readdirSync(project, { withFileTypes: true }).filter((entry) => entry.isFile());
  for (const source of [
    ...files.map(({ name }) => name),
    ...["docs", "guards", "modules", "packer", "scripts", "settings", "stacks"],
  ]) {
    cpSync(join(project, source), join(directory, source), { recursive: true });
  }
  symlinkSync(join(project, "node_modules"), join(directory, "node_modules"));
  return directory;
}

/**
 * Runs the program of a checkout with the local settings. Returns the files that it wrote, by path. Throws its stderr
 * if it fails.
 */
export function synthesizeIn(directory: string, environment: NodeJS.ProcessEnv = {}): Record<string, string> {
  const run = spawnSync(process.execPath, ["--import", "tsx", "main.ts"], {
    cwd: directory,
    encoding: "utf8",
    env: { PATH: process.env["PATH"], HOME: directory, WORKBENCH_ENV: "local", ...environment },
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return filesBelow(join(directory, "cdktf.out"));
}

function filesBelow(directory: string): Record<string, string> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map((file) => join(file.parentPath, file.name)).sort();
  return Object.fromEntries(paths.map((path) => [path.slice(directory.length), readFileSync(path, "utf8")]));
}
