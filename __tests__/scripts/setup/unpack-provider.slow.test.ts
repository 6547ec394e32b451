import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { beforeEach, expect, test } from "vitest";
import { mirrorAt, type WantedProvider } from "../../../scripts/setup/provider-mirror";
import { findTerraform } from "../../../scripts/setup/terraform";
import { unpackProvider } from "../../../scripts/setup/unpack-provider";
import { temporaryFolder } from "../../temporary-folder";

const provider = { source: "example.com/test/fake", version: "1.2.3" };

let folder: string;
let terraform: string;
let wanted: WantedProvider;
beforeEach(async () => {
  folder = temporaryFolder("unpack-");
  const found = await findTerraform();
  terraform = found.file;
  wanted = { ...provider, platform: found.platform };
});

const mirror = () => path.join(folder, "mirror");
const own = () => path.join(folder, "own");
const unpack = () => unpackProvider(wanted, { terraform, from: mirrorAt(mirror(), wanted), to: own() });

/** Makes a mirror with one packed provider. No test starts the provider. */
async function pack(): Promise<void> {
  const directory = path.join(mirror(), provider.source);
  mkdirSync(directory, { recursive: true });
  const program = path.join(folder, "terraform-provider-fake_v1.2.3");
  writeFileSync(program, "#!/bin/sh\n", { mode: 0o755 });
  const archive = path.join(directory, `terraform-provider-fake_1.2.3_${wanted.platform}.zip`);
  await execa("python3", ["-m", "zipfile", "-c", archive, program]);
}

test("two clones that unpack one provider at the same time both find it, beside another platform's", async () => {
  await pack();
  mkdirSync(path.join(own(), provider.source, provider.version, "other_platform"), { recursive: true });
  expect(await Promise.all([unpack(), unpack()])).toEqual(Array(2).fill({ path: own(), layout: "unpacked" }));
  expect(mirrorAt(own(), wanted)?.layout).toBe("unpacked");
  expect(readdirSync(folder).sort()).toEqual(["mirror", "own", "terraform-provider-fake_v1.2.3"]);
});

test("fails with one sentence for a broken archive, and leaves no files", async () => {
  await pack();
  writeFileSync(path.join(mirror(), provider.source, `terraform-provider-fake_1.2.3_${wanted.platform}.zip`), "half");
  await expect(unpack()).rejects.toThrow(
    /^provider example\.com\/test\/fake 1\.2\.3 cannot be unpacked: .*zip: not a valid zip file; put a whole archive into the mirror .*mirror, or remove it, and run the command again; see .*\.log$/,
  );
  expect(existsSync(own())).toBe(false);
});

test("fails with a fix when the provider is neither in a mirror nor at the registry", async () => {
  wanted = { ...wanted, source: "localhost:1/test/fake" };
  await expect(unpack()).rejects.toThrow(
    /localhost:1.*; make the registry reachable, or put .*, and run the command again; see /,
  );
});
