import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { temporaryFolder } from "./temporary-folder";

const project = resolve(__dirname, "..");

/** Runs Node.js with some arguments. Returns every CommonJS file that it loaded, relative to the project. */
export function filesLoadedBy(...args: string[]): string[] {
  const directory = temporaryFolder("loaded-");
  const list = join(directory, "files.json");
  const run = spawnSync(process.execPath, ["--require", join(__dirname, "list-loaded-files.cjs"), ...args], {
    cwd: project,
    encoding: "utf8",
    timeout: 250_000,
    env: {
      PATH: process.env["PATH"],
      HOME: directory,
      WORKBENCH_ENV: "local",
      CDKTF_OUTDIR: join(directory, "out"),
      LOADED_FILES: list,
    },
  });
  if (run.status !== 0) throw new Error(run.stderr);
  return JSON.parse(readFileSync(list, "utf8")).map((file: string) => relative(project, file));
}
