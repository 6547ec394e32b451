import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { beforeEach, describe, expect, it } from "vitest";
import { firstBootScript } from "../../../modules/compute/first-boot";
import { temporaryFolder } from "../../temporary-folder";

let root: string;
let dropIns: string;

beforeEach(() => {
  root = temporaryFolder("first-boot-");
  dropIns = join(root, "etc/ssh/sshd_config.d");
  mkdirSync(join(root, "bin"));
  mkdirSync(dropIns, { recursive: true });
  writeFileSync(join(dropIns, "50-image.conf"), "X11Forwarding no\n");
  program("systemctl", `echo "$*" >> ${root}/systemctl.log`);
  // Accepts every port but 99999, and a configuration without a port.
  program("sshd", `! grep -qs "^Port 99999" ${dropIns}/*`);
});

function program(name: string, body: string): void {
  writeFileSync(join(root, "bin", name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
}

/** Runs the script with the test's own programs and root folder. */
function firstBoot(sshPort: number) {
  const script = firstBootScript(sshPort).replaceAll(/\/(etc|run)\//g, `${root}/$1/`);
  const env = { PATH: `${join(root, "bin")}:${process.env["PATH"]}` };
  return execa("bash", [], { input: script, env, extendEnv: false, reject: false });
}

const restarts = (): string => {
  const log = join(root, "systemctl.log");
  return existsSync(log) ? readFileSync(log, "utf8") : "";
};

describe("firstBootScript", () => {
  it.each([22, 2222])("moves sshd to port %i, where it accepts only keys", async (port) => {
    expect(await firstBoot(port)).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
    expect(readFileSync(join(dropIns, "10-workbench.conf"), "utf8")).toBe(
      `Port ${port}\nPasswordAuthentication no\nPermitRootLogin no\n`,
    );
    expect(restarts()).toBe("restart ssh\n");
  });

  it("restarts sshd under its other name, too", async () => {
    program("systemctl", `echo "$*" >> ${root}/systemctl.log; test "$2" = sshd`);
    expect((await firstBoot(2222)).exitCode).toBe(0);
    expect(restarts()).toBe("restart ssh\nrestart sshd\n");
  });

  it("fails for a port that sshd refuses, and leaves a configuration that sshd accepts", async () => {
    expect(await firstBoot(99999)).toMatchObject({
      exitCode: 1,
      stderr: "first boot: sshd refuses port 99999; it stays on its own port",
    });
    expect(readdirSync(dropIns)).toEqual(["50-image.conf"]);
    expect((await execa(join(root, "bin/sshd"), ["-t"], { reject: false })).exitCode).toBe(0);
    expect(restarts()).toBe("");
  });
});
