import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { builtPackerDirectory, findPacker, packerEnvironment } from "../../../scripts/setup/packer";
import { buildPacker } from "../../../scripts/setup/packer-build";
import { temporaryFolder } from "../../temporary-folder";

let directory: string;
beforeEach(() => {
  directory = temporaryFolder("packer-");
});
afterEach(() => vi.unstubAllEnvs());

/** Puts a program of ours first on the PATH. */
function program(name: string, script: string): void {
  writeFileSync(path.join(directory, name), `#!/bin/sh\n${script}\n`);
  chmodSync(path.join(directory, name), 0o755);
}

/** Returns an environment in which `packer` is a shell script. */
function withPacker(version: string, plugins = "/p/packer-plugin-amazon_v1.8.0_x5.0_linux_amd64"): NodeJS.ProcessEnv {
  program("packer", `case $1 in version) echo '${version}';; plugins) echo '${plugins}';; esac`);
  return environment();
}

const environment = () => ({ PATH: directory, XDG_CACHE_HOME: path.join(directory, "cache") });

describe("Packer on the PATH", () => {
  test.each(["Packer v1.16.0", "Packer v1.17.2", "Packer v2.0.0"])("%s will do", async (version) => {
    const found = await findPacker(withPacker(version));
    expect(found).toEqual({ file: path.join(directory, "packer"), pluginPath: undefined });
  });

  test("fails with one sentence when it is missing", async () => {
    await expect(findPacker(environment())).rejects.toThrow(
      /^packer is not on the PATH: images need 1\.16\.0 or newer; install it from \S+, or Go 1\.26 from \S+, which builds it, and run the command again$/,
    );
  });

  test("fails with one sentence when it is too old, as Debian's is", async () => {
    await expect(findPacker(withPacker("Packer v1.6.6"))).rejects.toThrow(
      /^\S+\/packer is Packer 1\.6\.6: images need 1\.16\.0 or newer; install it from /,
    );
  });

  test("fails with one sentence when it prints no version", async () => {
    await expect(findPacker(withPacker("cracklib"))).rejects.toThrow(
      /^\S+\/packer did not say its version: images need/,
    );
  });

  test("fails with one sentence when its amazon plugin is missing", async () => {
    await expect(findPacker(withPacker("Packer v1.16.0", "packer-plugin-docker"))).rejects.toThrow(
      /^\S+\/packer has no amazon plugin: run packer init packer\/workbench once$/,
    );
  });
});

describe("the Packer that set-up built", () => {
  test("is the one that commands find and call, even with an old one on the PATH", async () => {
    const old = withPacker("Packer v1.6.6");
    const built = builtPackerDirectory(old);
    mkdirSync(built, { recursive: true });
    expect(await findPacker(old)).toEqual({
      file: path.join(built, "packer"),
      pluginPath: path.join(built, "plugins"),
    });
    expect(packerEnvironment(old)).toEqual({
      programs: [built],
      variables: { PACKER_PLUGIN_PATH: path.join(built, "plugins") },
    });
  });

  test("changes nothing for commands if it does not exist", () => {
    expect(packerEnvironment(environment())).toEqual({ programs: [], variables: {} });
  });
});

describe("the build", () => {
  const build = (go: string) => {
    program("go", go);
    vi.stubEnv("PATH", `${directory}:${process.env["PATH"]}`);
    return buildPacker(path.join(directory, "built", "packer"), () => undefined);
  };

  test("fails with one sentence when the module proxy sends other files", async () => {
    await expect(build(`echo '{"Dir":"/nowhere","Sum":"h1:other"}'`)).rejects.toThrow(
      /^github\.com\/hashicorp\/packer 1\.16\.0 from the Go module proxy has another checksum: expected h1:\S+, got h1:other; do not use it$/,
    );
  });

  test("fails with one sentence when the module proxy cannot be reached", async () => {
    await expect(build(`echo '{"Error":"dial tcp: no route to host"}'; exit 1`)).rejects.toThrow(
      "github.com/hashicorp/packer 1.16.0 could not be fetched (dial tcp: no route to host): " +
        "let this computer reach a Go module proxy (GOPROXY)",
    );
  });

  test("leaves nothing behind when it fails", async () => {
    await expect(build("exit 1")).rejects.toThrow("could not be fetched");
    expect(existsSync(path.join(directory, "built", "packer"))).toBe(false);
    expect(readdirSync(path.join(directory, "built"))).toEqual([]);
  });
});
