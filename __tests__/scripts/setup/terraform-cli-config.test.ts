import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import {
  cliConfiguration,
  pinnedProvider,
  readTerraformSetup,
  type TerraformSetup,
} from "../../../scripts/setup/terraform-cli-config";

const setup: TerraformSetup = {
  terraform: { file: "/usr/bin/terraform", version: "1.11.4", platform: "linux_amd64" },
  fingerprint: "/usr/bin/terraform 1 2",
  provider: { source: "registry.terraform.io/hashicorp/aws", version: "5.100.0" },
};
const withoutFacts = (text: string) => text.split("\n").slice(2).join("\n");

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), "terraform-cli-config-"));
});
afterEach(() => rmSync(directory, { recursive: true }));

test("an unpacked mirror is linked to, without a cache, and everything else comes from its registry", () => {
  const mirror = { path: "/mirror", layout: "unpacked" } as const;
  expect(withoutFacts(cliConfiguration({ ...setup, mirror }, "/cache"))).toBe(`disable_checkpoint = true
provider_installation {
  filesystem_mirror {
    path    = "/mirror"
    include = ["registry.terraform.io/hashicorp/aws"]
  }
  direct {
    exclude = ["registry.terraform.io/hashicorp/aws"]
  }
}
`);
});

test("a packed mirror is unpacked once, into the cache", () => {
  const text = cliConfiguration({ ...setup, mirror: { path: "/mirror", layout: "packed" } }, "/cache");
  expect(text).toContain('plugin_cache_dir = "/cache"\nplugin_cache_may_break_dependency_lock_file = true\n');
  expect(text).toContain("filesystem_mirror");
});

test("without a mirror the registry is asked, once for all stacks", () => {
  expect(withoutFacts(cliConfiguration(setup, "/cache"))).toBe(`disable_checkpoint = true
plugin_cache_dir = "/cache"
plugin_cache_may_break_dependency_lock_file = true
`);
});

test("paths are quoted", () => {
  expect(cliConfiguration(setup, 'C:\\a "b"')).toContain('plugin_cache_dir = "C:\\\\a \\"b\\""');
});

test("what was found is read back, and a file of somebody else's is not mistaken for it", () => {
  const file = path.join(directory, "terraform.rc");
  expect(readTerraformSetup(file)).toBeUndefined();
  writeFileSync(file, "disable_checkpoint = true\n");
  expect(readTerraformSetup(file)).toBeUndefined();
  writeFileSync(file, cliConfiguration(setup, "/cache"));
  expect(readTerraformSetup(file)).toEqual(setup);
});

test("the provider's version is the one that the installed package is generated from", () => {
  expect(pinnedProvider()).toEqual({
    source: "registry.terraform.io/hashicorp/aws",
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
  });
});
