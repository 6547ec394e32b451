import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { hostScripts } from "../../stacks/host-scripts";

const folder = resolve(__dirname, "../../scripts/machine");
const kinds = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());

const filesBelow = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();

describe.each(kinds.map(({ name }) => name))("the scripts for %s", (kind) => {
  it("are in MANIFEST exactly as git tracks them", () => {
    const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: join(folder, kind), encoding: "utf8" });
    const listed = readFileSync(join(folder, kind, "MANIFEST"), "utf8")
      .trim()
      .split("\n");
    const files = tracked.split("\0").filter((file) => file !== "" && file !== "MANIFEST");
    expect(listed).toEqual(files.sort());
  });

  it("are uploaded as MANIFEST lists them, without other files in the folder", () => {
    const hosts = mkdtempSync(join(tmpdir(), "hosts-"));
    cpSync(join(folder, kind), join(hosts, kind), { recursive: true });
    writeFileSync(join(hosts, kind, "mount~"), "");
    const listed = readFileSync(join(folder, kind, "MANIFEST"), "utf8")
      .trim()
      .split("\n");
    expect(filesBelow(hostScripts(kind, hosts))).toEqual(listed);
  });
});
