import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { UserError } from "../../settings/user-error";
import { hostScripts } from "../../stacks/host-scripts";
import { temporaryFolder } from "../temporary-folder";

const folder = resolve(__dirname, "../../scripts/machine");
const kinds = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());

const filesBelow = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();

/** The lines of a MANIFEST. Throws the sentence of {@link hostScripts} if there is none, or if a file is missing. */
function filesInManifest(kind: string): string[] {
  hostScripts(kind);
  return readFileSync(join(folder, kind, "MANIFEST"), "utf8")
    .trim()
    .split("\n");
}

describe.each(kinds.map(({ name }) => name))("the scripts for %s", (kind) => {
  it("are in MANIFEST exactly as git tracks them", () => {
    const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: join(folder, kind), encoding: "utf8" });
    const files = tracked.split("\0").filter((file) => file !== "" && file !== "MANIFEST");
    expect(
      filesInManifest(kind),
      `scripts/machine/${kind}/MANIFEST: expected the files that git tracks, one a line, sorted; ` +
        `run git add scripts/machine/${kind}, and correct MANIFEST`,
    ).toEqual(files.sort());
  });

  it("are uploaded as MANIFEST lists them, without other files in the folder", () => {
    const hosts = temporaryFolder("hosts-");
    cpSync(join(folder, kind), join(hosts, kind), { recursive: true });
    writeFileSync(join(hosts, kind, "mount~"), "");
    expect(filesBelow(hostScripts(kind, hosts))).toEqual(filesInManifest(kind));
  });
});

describe("hostScripts fails with one sentence", () => {
  const hosts = temporaryFolder("hosts-");

  it("for files that MANIFEST lists and that are missing", () => {
    mkdirSync(join(hosts, "few", "lib"), { recursive: true });
    writeFileSync(join(hosts, "few", "MANIFEST"), "lib\nlib/a.bash\nmount\n");
    writeFileSync(join(hosts, "few", "mount"), "");
    expect(() => hostScripts("few", hosts)).toThrow(
      new UserError(
        "scripts/machine/few/MANIFEST: expected every file that it lists, got no lib, no lib/a.bash; " +
          "write it, restore it with git checkout, or remove its line",
      ),
    );
  });

  it("for line ends of Windows, with which bash runs nothing", () => {
    mkdirSync(join(hosts, "windows"));
    writeFileSync(join(hosts, "windows", "MANIFEST"), "mount\nunmount\n");
    writeFileSync(join(hosts, "windows", "mount"), "set -o pipefail\r\n");
    writeFileSync(join(hosts, "windows", "unmount"), "set -o pipefail\n");
    expect(() => hostScripts("windows", hosts)).toThrow(
      new UserError(
        "scripts/machine/windows/MANIFEST: expected files with the line ends of Unix (LF), got those of Windows (CRLF) in " +
          "mount; delete them, and restore them with git checkout, or convert them with dos2unix",
      ),
    );
  });

  it("for a missing MANIFEST", () => {
    expect(() => hostScripts("none", hosts)).toThrow(
      new UserError(
        "scripts/machine/none/MANIFEST: expected the list of the scripts, got no file; " +
          "write it, one file a line, or restore it with git checkout",
      ),
    );
  });

  it("for a folder for temporary files that is missing", () => {
    mkdirSync(join(hosts, "one"));
    writeFileSync(join(hosts, "one", "MANIFEST"), "MANIFEST\n");
    const nowhere = join(hosts, "nowhere");
    vi.stubEnv("TMPDIR", nowhere);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(() => hostScripts("one", hosts)).toThrow(
      new UserError(
        `TMPDIR: expected a folder that can be written, got ${nowhere} (no such file or folder); set TMPDIR to another`,
      ),
    );
  });
});
