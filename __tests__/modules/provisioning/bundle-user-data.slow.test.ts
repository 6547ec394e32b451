import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it, onTestFinished } from "vitest";
import { bundleUserData } from "../../../modules/provisioning/bundle-user-data";
import { tarArchive } from "../../../modules/provisioning/tar-archive";
import { venvPython } from "../../../scripts/setup/python-env";
import { hostBundle } from "../../../stacks/host-bundle";
import { temporaryFolder } from "../../temporary-folder";

const host = "bundles.s3.eu-west-1.amazonaws.com";
const archive = tarArchive([{ path: "data-volume/install", contents: Buffer.from('#!/bin/sh\necho "installs $1"\n') }]);
const sha256 = createHash("sha256").update(archive).digest("hex");
const key = `${sha256}.tar`;
const url = `https://${host}/${key}`;

/** How the metadata service and S3 answer. */
interface Answers {
  /** Whether the instance has a role. @default true */
  readonly role?: boolean;
  /** What S3 refuses the first requests with, and how many of them. @default none */
  readonly refusal?: string;
  readonly refusals?: number;
  /** The object. @default the archive */
  readonly object?: Buffer;
  /** Whether the instance trusts the certificate authority of S3. @default true */
  readonly trusted?: boolean;
}

/**
 * Runs user data, in a network where the names and addresses of AWS lead to a stand-in. What is stood in for: S3, the
 * metadata service, and cloud-init.
 */
async function firstBoot(
  commands: readonly string[],
  { object = archive, trusted = true, ...answers }: Answers = {},
  limitSec = 60,
) {
  const folder = temporaryFolder("first-boot-");
  writeFileSync(join(folder, "object"), object);
  writeFileSync(join(folder, "hosts"), `127.0.0.1 localhost ${host}\n`);
  const standIn = [
    "mount --bind $0/hosts /etc/hosts",
    "ip link set lo up",
    "ip address add 169.254.169.254/32 dev lo",
    'exec "$@"',
  ].join(" && ");
  const instance = spawn(
    "setpriv",
    [
      ...["--pdeathsig", "KILL", "unshare", "--net", "--mount", "bash", "-c", standIn, folder],
      ...[venvPython, join(__dirname, "metadata_and_s3.py"), folder],
      JSON.stringify({ host, path: `/${key}`, role: true, refusals: 0, ...answers }),
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  onTestFinished(() => void instance.kill("SIGKILL"));
  await Promise.race([once(instance.stdout, "data"), once(instance, "exit")]);
  const bundle = { host, region: "eu-west-1", key, sha256 };
  const { fetchProgram } = hostBundle("data-volume");
  const script = bundleUserData({ bundle, fetchProgram, commands });
  const { exitCode, stdout, stderr } = await execa(
    "nsenter",
    ["--target", String(instance.pid), "--net", "--mount", "bash"],
    {
      input: script.replace("\nLIMIT_SEC = 300\n", `\nLIMIT_SEC = ${limitSec}\n`),
      env: trusted ? { SSL_CERT_FILE: join(folder, "ca.pem") } : {},
      reject: false,
    },
  );
  return { exitCode, stdout, stderr };
}

const reason =
  process.platform === "linux" && process.getuid?.() === 0
    ? undefined
    : "needs Linux and root for a network of its own";

describe.skipIf(reason)(`user data of a bundle${reason ? ` (${reason})` : ""}`, () => {
  it("fetches the archive as the instance's role, and runs the commands in its folder, in their order", async () => {
    expect(await firstBoot(["data-volume/install first", "sh data-volume/install second"])).toEqual({
      exitCode: 0,
      stdout: "installs first\ninstalls second",
      stderr: "",
    });
  });

  it("unpacks into a folder that only root can enter, and removes it", async () => {
    const { stdout } = await firstBoot(['pwd && stat -c "%a %U" .']);
    const [folder = "", permissions] = stdout.split("\n");
    expect(permissions).toBe("700 root");
    expect(existsSync(folder)).toBe(false);
  });

  it("tries again while AWS refuses, as it does while a role is new", async () => {
    const { exitCode, stdout } = await firstBoot(["data-volume/install it"], { refusal: "AccessDenied", refusals: 2 });
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: "installs it" });
  });

  it("runs the other commands after one that failed, and ends with its code", async () => {
    const { exitCode, stdout } = await firstBoot(["sh -c 'exit 4'", "data-volume/install it"]);
    expect({ exitCode, stdout }).toEqual({ exitCode: 4, stdout: "installs it" });
  });

  const fix = "let its role read them and its subnet reach S3, then replace the instance";
  const metadata = "http://169.254.169.254/latest/meta-data/iam/security-credentials/";
  it.each<[string, Answers, string]>([
    [
      "S3 goes on refusing",
      { refusal: "AccessDenied", refusals: 1000 },
      `first boot: ${url}: expected the scripts of this instance, got 403 AccessDenied from ${url} for 1 seconds; ${fix}`,
    ],
    [
      "the instance has no role",
      { role: false },
      `first boot: ${url}: expected the scripts of this instance, got 404 Not Found from ${metadata} for 1 seconds; ${fix}`,
    ],
    [
      "somebody else answers for S3",
      { trusted: false },
      `first boot: ${url}: expected the scripts of this instance, got no answer from ${url} (<urlopen error [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate>) for 1 seconds; ${fix}`,
    ],
    [
      "the object is another one",
      { object: Buffer.from("other") },
      `first boot: ${url}: expected the SHA-256 ${sha256}, got ${createHash("sha256").update("other").digest("hex")}: ` +
        "somebody has changed the object; do not trust the bucket until you know who. " +
        `Then make the object and this instance again: \`aws s3 rm s3://bundles/${key}\`, and ` +
        "`terraform -chdir=cdktf.out/stacks/STACK apply -replace=aws_instance.NAME`",
    ],
  ])("fails with one sentence, and runs no command, when %s", async (_, answers, sentence) => {
    const { exitCode, stdout, stderr } = await firstBoot(["data-volume/install it"], answers, 1);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr.replace(/ \(_ssl\.c:\d+\)/, "")).toBe(sentence);
  });
});
