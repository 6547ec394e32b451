import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { tarArchive } from "../../../modules/provisioning/tar-archive";
import { temporaryFolder } from "../../temporary-folder";

const file = (path: string, contents: string | Buffer) => ({ path, contents: Buffer.from(contents) });

describe("tarArchive", () => {
  const script = file("data-volume/mount", "#!/bin/sh\ntrue\n");
  const library = file("data-volume/lib/ü b.bash", Buffer.from([0, 255, ...Buffer.alloc(600, "x")]));

  it("is unpacked by tar, with every byte, and with scripts that can be run", async () => {
    const folder = temporaryFolder("tar-");
    const input = tarArchive([script, file("empty", ""), file("block", "x".repeat(512)), library]);
    const { stderr } = await execa("tar", ["--extract", "--directory", folder], { input });
    expect(stderr).toBe("");
    for (const { path, contents } of [script, library]) expect(readFileSync(join(folder, path))).toEqual(contents);
    expect(statSync(join(folder, "empty")).size).toBe(0);
    expect(readFileSync(join(folder, "block"), "utf8")).toBe("x".repeat(512));
    expect([script, library].map(({ path }) => statSync(join(folder, path)).mode & 0o777)).toEqual([0o755, 0o644]);
  });

  it("says of every file that root has it, and that it was changed in 1970", async () => {
    const { stdout } = await execa("tar", ["--list", "--verbose", "--numeric-owner", "--utc"], {
      input: tarArchive([script]),
    });
    expect(stdout).toMatch(/^-rwxr-xr-x 0\/0 +15 1970-01-01 00:00 data-volume\/mount$/);
  });

  it("has the same bytes whatever the order of the files", () => {
    expect(tarArchive([script, library])).toEqual(tarArchive([library, script]));
  });

  it("fails for a path that it cannot hold", () => {
    expect(() => tarArchive([file("x".repeat(101), "")])).toThrow(
      `archive: expected paths of at most 100 bytes, got ${"x".repeat(101)}`,
    );
  });
});
