import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../temporary-folder";

const script = path.join(import.meta.dirname, "../../../packer/shared/provision/check-clean");

/** The file system of an image. */
let root: string;
beforeEach(() => {
  root = temporaryFolder("image-");
  for (const folder of ["etc/ssh", "root", "home/admin", "tmp", "var/log/journal", "var/lib/apt/lists/partial"]) {
    mkdirSync(path.join(root, folder), { recursive: true });
  }
  // Files that every image has, and files that a machine writes as it shuts down to become an image.
  for (const file of ["etc/machine-id", "var/log/lastlog"]) plant(file, "");
  plant("etc/ssh/sshd_config", "Port 22\n");
  plant("home/admin/deps.edn", "{}\n");
  plant("var/log/journal/system.journal", "shut down\n");
});

function plant(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
  writeFileSync(path.join(root, file), text);
}

const check = () => execa("bash", [script, root], { reject: false });

// GNU's tools, as on the machine.
const linux = process.platform === "linux";
describe.skipIf(!linux)(linux ? "check-clean" : "check-clean (needs Linux)", () => {
  it("lets a clean image pass", async () => {
    expect(await check()).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
  });

  it.each([
    ["a key that may log in", "root/.ssh/authorized_keys", "ssh-ed25519 AAAA"],
    ["a key that may log in", "home/admin/.ssh/authorized_keys", "ssh-ed25519 AAAA"],
    ["a host key", "etc/ssh/ssh_host_ed25519_key.pub", "ssh-ed25519 AAAA"],
    ["a private key", "home/admin/server.pem", "-----BEGIN OPENSSH PRIVATE KEY-----\n"],
    ["a private key", "etc/ssl/server.key", "-----BEGIN PRIVATE KEY-----\n"],
    ["AWS credentials", "root/.aws/credentials", "[default]\n"],
    ["AWS credentials", "home/admin/.aws/credentials", "[default]\n"],
    ["a command history", "root/.bash_history", "ls\n"],
    ["a command history", "home/admin/.python_history", "1\n"],
    ["a build file", "tmp/image/packages.cdx.json", "{}"],
    ["a build file", "tmp/script_1234.sh", "#!/bin/sh\n"],
    ["a machine id", "etc/machine-id", "0123456789abcdef0123456789abcdef\n"],
    ["cloud-init's first boot", "var/lib/cloud/instance/user-data.txt", "#cloud-config\n"],
    ["a log", "var/log/cloud-init.log", "Cloud-init ran\n"],
    ["a file of apt's", "var/lib/apt/lists/mirror_dists_trixie_InRelease", "Origin: Debian\n"],
    ["a file of apt's", "var/cache/apt/archives/git_1_amd64.deb", "deb"],
  ])("fails for %s in %s", async (what, file, text) => {
    plant(file, text);
    const { exitCode, stderr } = await check();
    expect(exitCode).toBe(1);
    const lines = stderr.split("\n");
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^check-clean: ${what} in the image: \\S+; clean-machine must remove it$`));
    const [, named = ""] = / in the image: (\S+);/.exec(stderr) ?? [];
    expect(path.join(root, file).startsWith(named)).toBe(true);
  });

  it("fails naming everything that was found, not only the first", async () => {
    plant("root/.bash_history", "ls\n");
    plant("var/log/dpkg.log", "installed\n");
    expect((await check()).stderr.split("\n")).toHaveLength(2);
  });

  it("lets itself pass, since Packer removes it", async () => {
    const uploaded = path.join(root, "tmp/script_5678.sh");
    cpSync(script, uploaded);
    expect((await execa("bash", [uploaded, root], { reject: false })).exitCode).toBe(0);
  });
});
