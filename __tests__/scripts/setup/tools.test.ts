import { chmodSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { SYSTEM_TOOLS } from "../../../scripts/setup/tool-list";
import { describeTool, findProgram, missingTools, packagesWithCandidate } from "../../../scripts/setup/tools";
import { temporaryFolder } from "../../temporary-folder";

let directory: string;
beforeEach(() => {
  directory = temporaryFolder("tools-");
});

function put(name: string, mode: number): void {
  writeFileSync(path.join(directory, name), "");
  chmodSync(path.join(directory, name), mode);
}

test("a program is a file on the PATH that can be executed", () => {
  put("can-run", 0o755);
  put("cannot-run", 0o644);
  const environment = { PATH: `/nowhere:${directory}` };
  expect(findProgram("can-run", environment)).toBe(path.join(directory, "can-run"));
  expect(findProgram("cannot-run", environment)).toBeUndefined();
});

test("only the tools for the given needs are reported as missing", () => {
  const environment = { PATH: directory };
  const names = (tools: ReturnType<typeof missingTools>) => tools.map((tool) => tool.command);
  expect(names(missingTools(["everything"], environment))).toEqual(["ssh", "ssh-keygen"]);
  put("ssh", 0o755);
  put("ssh-keygen", 0o755);
  expect(missingTools(["everything"], environment)).toEqual([]);
  expect(names(missingTools(["tests"], environment))).toContain("shellcheck");
  expect(names(missingTools(["tests"], environment))).not.toContain("systemd-nspawn");
});

test("every tool has a package and a purpose", () => {
  for (const tool of SYSTEM_TOOLS)
    expect(describeTool(tool)).toMatch(/^\S+ \(Debian package [a-z0-9.+-]+\): [a-z].+[^.]$/);
});

test("units that must not run by themselves are named with their kind", () => {
  const units = SYSTEM_TOOLS.flatMap((tool) => tool.units ?? []);
  expect(units).toContain("docker.socket");
  for (const unit of units) expect(unit).toMatch(/^[a-z-]+\.(service|socket)$/);
});

test("a package without a version to install is left out", () => {
  const policy = `strace:
  Installed: 6.8-0ubuntu2
  Candidate: 6.8-0ubuntu2
  Version table:
 *** 6.8-0ubuntu2 500
chromium:
  Installed: (none)
  Candidate: (none)
  Version table:
gdisk:
  Installed: (none)
  Candidate: 1.0.10-1build1
  Version table:
     1.0.10-1build1 500
`;
  expect(packagesWithCandidate(policy)).toEqual(["strace", "gdisk"]);
});
