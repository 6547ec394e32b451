import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../temporary-folder";

const script = path.join(import.meta.dirname, "../../../packer/ecs-host/provision/install-packages");

let folder: string;
beforeEach(() => {
  folder = temporaryFolder("packages-");
});

const policy = () => path.join(folder, "policy-rc.d");

/** Runs the script with a program in the place of apt-get. */
function run(aptGet: string) {
  writeFileSync(path.join(folder, "apt-get"), `#!/bin/bash\n${aptGet}\n`);
  chmodSync(path.join(folder, "apt-get"), 0o755);
  return execa("bash", [script], {
    env: { PATH: `${folder}:${process.env["PATH"]}`, POLICY: policy() },
    extendEnv: false,
    reject: false,
  });
}

// GNU's tools, as on the machine.
const linux = process.platform === "linux";
describe.skipIf(!linux)(linux ? "the packages of ecs-host" : "the packages of ecs-host (needs Linux)", () => {
  it("are installed while no service may start, and services may start afterwards", async () => {
    const seen = path.join(folder, "seen");
    const { exitCode } = await run(`[[ $* != *install* ]] || { "${policy()}"; echo "$? $*" >"${seen}"; }`);
    expect(exitCode).toBe(0);
    expect(readFileSync(seen, "utf8")).toMatch(/^101 .*install --yes --no-install-recommends docker\.io docker-cli /);
    expect(existsSync(policy())).toBe(false);
  });

  it("fail with one sentence when they cannot be fetched, and services may start afterwards", async () => {
    const { exitCode, stderr } = await run("echo 'E: Failed to fetch http://mirror.example/'; exit 100");
    expect(exitCode).toBe(1);
    expect(stderr).toBe(
      "install-packages: apt-get update failed (Failed to fetch http://mirror.example/): give the build machine a way to " +
        "Debian's packages, or an apt proxy",
    );
    expect(existsSync(policy())).toBe(false);
  });
});
