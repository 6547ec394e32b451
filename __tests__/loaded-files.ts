import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";

const project = resolve(__dirname, "..");

/** Runs Node.js with some arguments. Returns every CommonJS file that it loaded, relative to the project. */
export function filesLoadedBy(...args: string[]): string[] {
  const directory = mkdtempSync(join(tmpdir(), "loaded-"));
  try {
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
  } finally {
    rmSync(directory, { recursive: true });
  }
}
