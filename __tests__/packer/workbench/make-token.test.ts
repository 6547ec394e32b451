import { readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../temporary-folder";

const script = path.join(import.meta.dirname, "../../../packer/workbench/files/bin/make-token");

let folder: string;
let file: string;
beforeEach(() => {
  folder = temporaryFolder("token-");
  file = path.join(folder, ".jupyter", "token");
});

/** Makes the token, and returns it. */
async function make(): Promise<string> {
  await execa("bash", [script, file]);
  return readFileSync(file, "utf8");
}

// GNU's tools, as on the machine.
const linux = process.platform === "linux";
describe.skipIf(!linux)(linux ? "make-token" : "make-token (needs Linux)", () => {
  it("makes a token of 192 bits that only its owner can read", async () => {
    expect(await make()).toMatch(/^[0-9a-f]{48}$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
  });

  it("makes a different one on every machine, and keeps it there", async () => {
    const first = await make();
    expect(await make()).toBe(first);
    rmSync(file);
    expect(await make()).not.toBe(first);
  });

  it("replaces an empty file, and makes a file private that others could read", async () => {
    await make();
    writeFileSync(file, "", { mode: 0o644 });
    await execa("chmod", ["0644", file]);
    expect(await make()).toMatch(/^[0-9a-f]{48}$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });
});
