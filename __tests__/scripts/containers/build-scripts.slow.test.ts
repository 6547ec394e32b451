import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { beforeEach, describe, expect, test } from "vitest";
import { temporaryFolder } from "../../temporary-folder";
import { imageObstacle } from "./image-process";

const scripts = path.resolve("scripts/local-aws/container-image");
const obstacle = imageObstacle();

describe.skipIf(obstacle !== undefined)(`a container image${obstacle === undefined ? "" : ` (${obstacle})`}`, () => {
  let folder: string;
  let recipe: string;
  let debian: string;
  beforeEach(async () => {
    folder = temporaryFolder("build-");
    recipe = path.join(folder, "recipe");
    debian = path.join(folder, "debian");
    // Any image will do for the layer below.
    await execa("umoci", ["init", "--layout", debian]);
    await execa("umoci", ["new", "--image", debian]);
    await execa("umoci", ["config", "--image", debian, "--created", "1970-01-01T00:00:00Z", "--no-history"]);
    put("rootfs/opt/program", "one\n");
    put("image-config", "# A comment.\n--config.cmd=/opt/program\n\n--config.env=VERSION=1\n");
  });

  function put(name: string, text: string): void {
    mkdirSync(path.dirname(path.join(recipe, name)), { recursive: true });
    writeFileSync(path.join(recipe, name), text);
  }

  function run(script: string, ...args: readonly string[]) {
    return execa(path.join(scripts, script), args, { reject: false });
  }

  async function build(name: string): Promise<string> {
    const target = path.join(folder, name);
    const { exitCode, stderr } = await run("build-container-image", recipe, debian, target);
    expect([exitCode, stderr]).toEqual([0, ""]);
    return target;
  }

  function digest(layout: string): string {
    return JSON.parse(readFileSync(path.join(layout, "index.json"), "utf8")).manifests[0].digest;
  }

  async function filesIn(layout: string): Promise<string> {
    await execa("umoci", ["unpack", "--image", layout, path.join(folder, "bundle")]);
    const { stdout } = await execa("find", [".", "-mindepth", "1", "-printf", "%P %m %u %T@\n"], {
      cwd: path.join(folder, "bundle", "rootfs"),
    });
    return stdout.split("\n").sort().join("\n");
  }

  test("of the same files has the same digest, whatever modes and times a checkout has", async () => {
    const first = await build("first");
    put("rootfs/opt/program", "one\n");
    chmodSync(path.join(recipe, "rootfs/opt"), 0o700);
    chmodSync(path.join(recipe, "rootfs/opt/program"), 0o600);
    expect(digest(await build("second"))).toBe(digest(first));
  });

  test("of other files has another digest", async () => {
    const first = await build("first");
    put("rootfs/opt/program", "two\n");
    expect(digest(await build("second"))).not.toBe(digest(first));
  });

  test("has files of root, without what is left out", async () => {
    put("rootfs/opt/notes", "");
    put("left-out", "# A comment.\nopt/notes\n");
    chmodSync(path.join(recipe, "rootfs/opt/program"), 0o700);
    const files = await filesIn(await build("image"));
    expect(files).toBe(["opt 755 root 0.0000000000", "opt/program 755 root 0.0000000000"].join("\n"));
  });

  test("has what its recipe says about it, and a variant other variables", async () => {
    const image = await build("image");
    const variant = path.join(folder, "variant");
    expect((await run("add-image-variables", image, variant, "VERSION=2", "MODE=a b")).exitCode).toBe(0);
    const configOf = async (layout: string) => {
      const { stdout } = await execa("skopeo", ["inspect", "--config", `oci:${layout}:latest`]);
      return JSON.parse(stdout).config;
    };
    expect(await configOf(image)).toEqual({ Cmd: ["/opt/program"], Env: ["VERSION=1"] });
    expect(await configOf(variant)).toEqual({ Cmd: ["/opt/program"], Env: ["VERSION=2", "MODE=a b"] });
  });

  test("is made by two builds at once as by one", async () => {
    const [first, second] = await Promise.all([build("image"), build("image")]);
    expect(digest(first)).toBe(digest(second));
  });

  test("is made again after a build that was killed", async () => {
    mkdirSync(path.join(folder, "image.partial", "blobs"), { recursive: true });
    writeFileSync(path.join(folder, "image.partial.tar"), "half");
    expect(digest(await build("image"))).toBe(digest(await build("another")));
  });

  test.each([
    ["build-debian-layer", ["absent", "target"], "usage: build-debian-layer PACKAGE-LIST TARGET"],
    ["build-container-image", ["recipe"], "usage: build-container-image RECIPE DEBIAN TARGET"],
    ["add-image-variables", ["image", "target", "=x"], "usage: add-image-variables IMAGE TARGET NAME=VALUE..."],
  ])("fails with its usage: %s %j", async (script, args, usage) => {
    const { exitCode, stderr } = await run(script, ...args);
    expect([exitCode, stderr]).toEqual([2, `${script}: ${usage}`]);
  });

  test("fails in one sentence when npm cannot install its packages", async () => {
    put("rootfs/opt/package.json", '{"name":"x","version":"1.0.0"}');
    put("rootfs/opt/package-lock.json", "no JSON");
    const { exitCode, stderr } = await run("build-container-image", recipe, debian, path.join(folder, "image"));
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(
      /\nbuild-container-image: npm could not install the packages of .*\/opt\/package-lock\.json: its/,
    );
  });
});
