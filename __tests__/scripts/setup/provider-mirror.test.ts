import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { beforeEach, expect, test } from "vitest";
import { findProviderMirror } from "../../../scripts/setup/provider-mirror";
import { temporaryFolder } from "../../temporary-folder";

const wanted = { source: "registry.terraform.io/hashicorp/aws", version: "5.100.0", platform: "linux_amd64" };
const unpacked = "registry.terraform.io/hashicorp/aws/5.100.0/linux_amd64/terraform-provider-aws_v5.100.0_x5";
const packed = "registry.terraform.io/hashicorp/aws/terraform-provider-aws_5.100.0_linux_amd64.zip";

let root: string;
beforeEach(() => {
  root = temporaryFolder("mirror-");
});

function put(...files: string[]): void {
  for (const file of files) {
    mkdirSync(path.join(root, path.dirname(file)), { recursive: true });
    writeFileSync(path.join(root, file), "");
  }
}

function find(environment: NodeJS.ProcessEnv = {}, os: NodeJS.Platform = "linux"): string | undefined {
  const mirror = findProviderMirror(wanted, { root, os, environment: { HOME: "/home/ada", ...environment } });
  return mirror && `${mirror.layout} ${path.relative(root, mirror.path)}`;
}

test.each([
  ["the user's plugin directory", "home/ada/.terraform.d/plugins", {}],
  ["the user's plugin cache", "home/ada/.terraform.d/plugin-cache", {}],
  ["a plugin cache that a variable names", "big/cache", { TF_PLUGIN_CACHE_DIR: "/big/cache" }],
  ["the user's data directory", "home/ada/.local/share/terraform/plugins", {}],
  ["XDG_DATA_HOME", "data/terraform/plugins", { XDG_DATA_HOME: "/data" }],
  ["XDG_DATA_DIRS", "b/terraform/plugins", { XDG_DATA_DIRS: "/a:/b" }],
  ["the system's data directory", "usr/local/share/terraform/plugins", {}],
  ["an add-on prefix", "opt/mirror", {}],
  ["an add-on prefix, three deep", "srv/vendor/product", {}],
])("a mirror is found in %s", (_name, directory, environment) => {
  put(`${directory}/${unpacked}`);
  expect(find(environment)).toBe(`unpacked ${directory}`);
});

test("a packed mirror is found", () => {
  put(`opt/mirror/${packed}`);
  expect(find()).toBe("packed opt/mirror");
});

test("macOS has folders of its own", () => {
  put(`home/ada/Library/Application Support/io.terraform/plugins/${unpacked}`);
  expect(find({}, "darwin")).toBe("unpacked home/ada/Library/Application Support/io.terraform/plugins");
  expect(find({}, "linux")).toBeUndefined();
});

test("Terraform's own directories come first, then the add-on prefixes in order", () => {
  put(`srv/m/${unpacked}`, `opt/m/${unpacked}`);
  expect(find()).toBe("unpacked opt/m");
  put(`home/ada/.terraform.d/plugins/${unpacked}`);
  expect(find()).toBe("unpacked home/ada/.terraform.d/plugins");
});

test.each([
  ["another version", unpacked.replaceAll("5.100.0", "5.99.0")],
  ["another platform", unpacked.replace("linux_amd64", "linux_arm64")],
  ["another provider", unpacked.replaceAll("aws", "google")],
  ["another version, packed", packed.replace("5.100.0", "5.99.0")],
  ["no program in the folder", "registry.terraform.io/hashicorp/aws/5.100.0/linux_amd64/LICENSE.txt"],
])("a mirror with %s does not count, and the search goes on", (_name, file) => {
  put(`opt/first/${file}`);
  expect(find()).toBeUndefined();
  put(`opt/second/${unpacked}`);
  expect(find()).toBe("unpacked opt/second");
});

test("the search below a prefix stops at its depth, and follows no link", () => {
  put(`opt/a/b/c/d/${unpacked}`);
  symlinkSync(path.join(root, "opt/a/b/c"), path.join(root, "opt/link"));
  expect(find()).toBeUndefined();
});
