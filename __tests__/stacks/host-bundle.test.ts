import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { hostBundle } from "../../stacks/host-bundle";

const machine = resolve(__dirname, "../../scripts/machine");

describe("hostBundle", () => {
  it("packs what MANIFEST lists, each kind in a folder of its name", async () => {
    const { stdout } = await execa("tar", ["--list", "--file", hostBundle("data-volume", "first-boot").file]);
    const listed = ["data-volume", "first-boot"].flatMap((kind) =>
      readFileSync(join(machine, kind, "MANIFEST"), "utf8")
        .trim()
        .split("\n")
        .map((file) => `${kind}/${file}`),
    );
    expect(stdout.split("\n").sort()).toEqual(listed.sort());
  });

  it("knows the hash of its archive, and the program that fetches it", () => {
    const { file, sha256, fetchProgram } = hostBundle("data-volume");
    expect(sha256).toBe(createHash("sha256").update(readFileSync(file)).digest("hex"));
    expect(fetchProgram).toBe(readFileSync(join(machine, "first-boot/fetch_bundle.py"), "utf8"));
  });
});
