import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, expect, test } from "vitest";
import { mirrorAt } from "../../../scripts/setup/provider-mirror";
import { findTerraform } from "../../../scripts/setup/terraform";
import { unpackProvider } from "../../../scripts/setup/unpack-provider";

const provider = { source: "example.com/test/fake", version: "1.2.3" };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "unpack-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A mirror with one packed provider, which nobody starts. */
async function packedMirror() {
  const { file, platform } = await findTerraform();
  const mirror = path.join(folder, "mirror");
  const directory = path.join(mirror, provider.source);
  mkdirSync(directory, { recursive: true });
  const program = path.join(folder, "terraform-provider-fake_v1.2.3");
  writeFileSync(program, "#!/bin/sh\n", { mode: 0o755 });
  const archive = path.join(directory, `terraform-provider-fake_1.2.3_${platform}.zip`);
  await execa("python3", ["-m", "zipfile", "-c", archive, program]);
  const wanted = { ...provider, platform };
  return { archive, wanted, unpacking: { ...provider, terraform: file, from: mirrorAt(mirror, wanted) } };
}

test("two clones that unpack one provider at one moment both find it, and nothing half-made", async () => {
  const { unpacking, wanted } = await packedMirror();
  const to = path.join(folder, "own");
  await Promise.all([unpackProvider({ ...unpacking, to }), unpackProvider({ ...unpacking, to })]);
  expect(mirrorAt(to, wanted)).toEqual({ path: to, layout: "unpacked" });
  expect(readdirSync(to)).toEqual(["example.com"]);
});

test("fails in one sentence for an archive that is broken, and leaves nothing", async () => {
  const { archive, unpacking } = await packedMirror();
  writeFileSync(archive, "half an archive");
  const to = path.join(folder, "own");
  await expect(unpackProvider({ ...unpacking, to })).rejects.toThrow(
    /^provider example\.com\/test\/fake 1\.2\.3 cannot be installed: .*; put a whole archive into the mirror .*mirror, or remove it$/,
  );
  expect(readdirSync(to)).toEqual([]);
});
