import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server } from "node:net";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { firstBootScript } from "../../../modules/compute/first-boot";
import { temporaryFolder } from "../../temporary-folder";

let root: string;
let dropIns: string;
/** In place of sshd. */
let server: Server;
let port: number;

beforeEach(async () => {
  server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
  root = temporaryFolder("first-boot-");
  dropIns = join(root, "etc/ssh/sshd_config.d");
  mkdirSync(join(root, "bin"));
  mkdirSync(dropIns, { recursive: true });
  writeFileSync(join(dropIns, "50-image.conf"), "X11Forwarding no\n");
  program("systemctl", systemctl({ socket: false }));
  program("getent", `echo "admin:x:1000:1000::${root}/home:/bin/bash"`);
  mkdirSync(join(root, "home"), { mode: 0o755 });
  // Accepts every port but 99999, and a configuration without a port.
  program("sshd", `! grep -qs "^Port 99999" ${dropIns}/*`);
});

afterEach(() => void server.close());

function program(name: string, body: string): void {
  writeFileSync(join(root, "bin", name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
}

/** Records its calls. */
function systemctl({ socket }: { readonly socket: boolean }): string {
  return `case $1 in is-enabled) ${socket}; exit ;; esac\necho "$*" >> ${root}/systemctl.log`;
}

/** Runs the script with the test's own programs and root folder. */
function firstBoot(sshPort: number) {
  const script = firstBootScript({ sshPort, user: "admin" }).replaceAll(/\/(etc|run)\//g, `${root}/$1/`);
  const env = { PATH: `${join(root, "bin")}:${process.env["PATH"]}` };
  return execa("bash", [], { input: script, env, extendEnv: false, reject: false });
}

const restarts = (): string => {
  const log = join(root, "systemctl.log");
  return existsSync(log) ? readFileSync(log, "utf8") : "";
};

describe("firstBootScript", () => {
  it("moves sshd to its port, where it accepts only keys", async () => {
    expect(await firstBoot(port)).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
    expect(readFileSync(join(dropIns, "10-workbench.conf"), "utf8")).toBe(
      `Port ${port}\nPasswordAuthentication no\nPermitRootLogin no\n` +
        "# A client that went away without a word, such as a laptop that sleeps, is gone after a quarter of an hour.\n" +
        "ClientAliveInterval 60\nClientAliveCountMax 15\n",
    );
    expect(restarts()).toBe("restart ssh\n");
  });

  it("restarts sshd under its other name, too", async () => {
    program("systemctl", `${systemctl({ socket: false })}; test "$2" = sshd`);
    expect((await firstBoot(port)).exitCode).toBe(0);
    expect(restarts()).toBe("restart ssh\nrestart sshd\n");
  });

  it("moves the socket of an image in which systemd listens for sshd", async () => {
    program("systemctl", systemctl({ socket: true }));
    expect(await firstBoot(port)).toMatchObject({ exitCode: 0, stderr: "" });
    expect(readFileSync(join(root, "etc/systemd/system/ssh.socket.d/zz-workbench.conf"), "utf8")).toBe(
      `[Socket]\nListenStream=\nListenStream=${port}\nBindIPv6Only=both\n`,
    );
    expect(restarts()).toBe("daemon-reload\nstop ssh.service\nrestart ssh.socket\n");
  });

  it("closes the home of the login user to others", async () => {
    await firstBoot(port);
    expect(statSync(join(root, "home")).mode & 0o777).toBe(0o700);
  });

  it("fails if nothing listens on the port, and says so", async () => {
    server.close();
    program("sleep", "exit 0");
    expect(await firstBoot(port)).toMatchObject({
      exitCode: 1,
      stderr: `first boot: expected sshd to listen on port ${port}, got nothing there; nobody can log in: look at the unit ssh`,
    });
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
