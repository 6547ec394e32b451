import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { exitCodes, scripts } from "./exit-codes";
import { missingPrograms } from "./requirements";

const readme = readFileSync(join(scripts, "README.md"), "utf8");
const programs = ["install-data-volume", "mount-data-volume", "unmount-data-volume"];
const files = readdirSync(join(scripts, "lib"), { withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map(({ name }) => join("lib", name));
const library = files.filter((name) => name.endsWith(".bash"));
const python = files.filter((name) => name.endsWith(".py"));
const text = (name: string) => readFileSync(join(scripts, name), "utf8");

it("the README lists the exit codes as the scripts have them, with the same words", () => {
  const inCode = [...text("lib/exit-codes.bash").matchAll(/^readonly (EXIT_\w+)=(\d+) +# (.*)$/gm)];
  const inReadme = [...readme.matchAll(/^\| (\d+) \| `(EXIT_\w+)` \| (.*) \|$/gm)];
  expect(inReadme.map(([, code, name, words]) => [name, code, words])).toEqual(inCode.map(([, ...columns]) => columns));
  expect(new Set(Object.values(exitCodes)).size).toBe(inCode.length);
});

it("Python needs its standard library alone", () => {
  const own = new Set(python.map((name) => name.replace(/^lib\/|\.py$/g, "")));
  const imported = python.flatMap((name) =>
    [...text(name).matchAll(/^(?:import|from) (\w+)/gm)].map(([, each]) => each),
  );
  expect(imported).toContain("places");
  expect([...new Set(imported)].filter((name) => !own.has(name as string)).sort()).toEqual([
    "ctypes",
    "fcntl",
    "mmap",
    "os",
    "struct",
    "subprocess",
    "sys",
  ]);
});

it("every exit code that the README or a script names exists, and each is used", () => {
  const used = [...programs, ...library.filter((name) => name !== "lib/exit-codes.bash")].flatMap(
    (name) => text(name).match(/EXIT_[A-Z_]+/g) ?? [],
  );
  expect([...new Set(used)].sort()).toEqual(Object.keys(exitCodes).sort());
  for (const name of readme.match(/EXIT_[A-Z_]+/g) ?? []) expect(exitCodes).toHaveProperty(name);
});

it("every script says its purpose, its usage and its exit codes, and is strict", () => {
  for (const name of programs) {
    expect(text(name), name).toMatch(
      /^#!\/usr\/bin\/env bash\n# Purpose: .*\n(#.*\n)*# Usage: .*\n(#.*\n)*# Exit codes: .*\n(#.*\n)*set -Eeuo pipefail\n/,
    );
  }
  for (const name of library)
    expect(text(name), name).toMatch(/^# shellcheck shell=bash\n(# shellcheck .*\n)?# Purpose: /);
  for (const name of python) expect(text(name), name).toMatch(/^"""[A-Z].*\.\n\n|^"""[A-Z].*\."""\n/);
  expect([...library, ...python].sort()).toEqual(files.sort());
});

it("no script unmounts lazily or by force, answers yes to e2fsck, discards, or needs a program that a machine may lack", () => {
  for (const name of [...programs, ...library]) {
    const code = text(name)
      .replace(/(^|\s)#.*$/gm, "")
      // Drops the text of strings, but keeps strings that run a command.
      .replace(/"(\\.|[^"\\$]|\$(?!\())*"/g, '""');
    expect(code, name).not.toMatch(
      /umount\s+-\S*[lf]|e2fsck[^\n]*\s-y|blkdiscard|\b(lsof|fuser|grep|sed|awk|find|xargs|perl)\b/,
    );
  }
});

const missing = missingPrograms({ shellcheck: "shellcheck" });
it.skipIf(missing !== undefined)(`shellcheck finds nothing${missing ? ` (${missing})` : ""}`, () => {
  execFileSync("shellcheck", [...programs, ...library], { cwd: scripts });
});

it("the late volume's unit tries again for a missing device, and for no other failure", () => {
  const listed = /^RestartPreventExitStatus=(.*)$/m.exec(text("workbench-late-volume@.service"))?.[1]?.split(" ");
  const { EXIT_DONE: _, EXIT_NO_DEVICE: __, ...others } = exitCodes;
  expect(listed).toEqual(Object.values(others).map(String));
});

it("the unit leaves its mount point to be filled in, and its limits fit the unmount script", () => {
  const unit = text("workbench-data-volume.service");
  expect(unit).toContain('RequiresMountsFor="@MOUNT_POINT@"');
  const limit = (file: string, name: string) => Number(new RegExp(`${name}=(\\d+)`).exec(text(file))?.[1]);
  const needed =
    limit("lib/units.bash", "STOP_UNIT_LIMIT_SEC") +
    limit("unmount-data-volume", "TERM_LIMIT_SEC") +
    limit("unmount-data-volume", "KILL_LIMIT_SEC") +
    limit("unmount-data-volume", "SETTLE_LIMIT_SEC");
  expect(limit("workbench-data-volume.service", "TimeoutStopSec")).toBeGreaterThan(2 * needed);
});
