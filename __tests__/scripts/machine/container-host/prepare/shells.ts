import { mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { execa, execaSync } from "execa";
import { temporaryFolder } from "../../../../temporary-folder";

/** The scripts that run in containers. */
export const prepare = path.join(import.meta.dirname, "../../../../../scripts/machine/container-host/prepare");

/** A shell, and the only programs that its scripts find. */
export interface Shell {
  readonly name: string;
  readonly file: string;
  readonly path: string;
}

/** Programs that a small image has. */
const programs = ["awk", "cat", "chmod", "date", "dirname", "id", "mv", "rm", "sh", "sleep", "tail"];

/** The shells here that images have: dash of a Debian slim image, bash, and busybox with programs of its own. */
export function shells(): readonly Shell[] {
  if (process.platform !== "linux") return [];
  const system = { path: process.env["PATH"] ?? "" };
  const busybox = find("busybox");
  return [
    { name: "sh", file: "/bin/sh", ...system },
    { name: "bash", file: "/bin/bash", ...system },
    ...(busybox === undefined ? [] : [{ name: "busybox", file: busybox, path: appletsOf(busybox) }]),
  ];
}

function find(program: string): string | undefined {
  const found = execaSync("sh", ["-c", `command -v ${program}`], { reject: false });
  return found.exitCode === 0 ? found.stdout : undefined;
}

function appletsOf(busybox: string): string {
  const folder = path.join(temporaryFolder("busybox-"), "bin");
  mkdirSync(folder);
  for (const program of programs) symlinkSync(busybox, path.join(folder, program));
  return folder;
}

/** Runs a script as a container does: one of {@link prepare}, or a path. */
export function runScript(shell: Shell, script: string, args: readonly string[], env: Record<string, string>) {
  const applet = shell.name === "busybox" ? ["sh"] : [];
  return execa(shell.file, [...applet, path.resolve(prepare, script), ...args], {
    env: { PATH: shell.path, ...env },
    extendEnv: false,
    reject: false,
    timeout: 120_000,
    stdin: "ignore",
  });
}
