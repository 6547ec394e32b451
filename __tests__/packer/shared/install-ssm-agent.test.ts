import { appendFileSync, chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { findProgram } from "../../../scripts/setup/tools";
import { temporaryFolder } from "../../temporary-folder";

const script = path.join(import.meta.dirname, "../../../packer/shared/provision/install-ssm-agent");
const missing = ["bash", "curl", "gpg"].find((name) => findProgram(name) === undefined);
const reason = process.platform === "linux" ? missing && `needs ${missing}` : "needs Linux";

describe.skipIf(reason !== undefined)(
  reason === undefined ? "install-ssm-agent" : `install-ssm-agent (${reason})`,
  () => {
    /** Keys of the tests, in place of AWS's. They are made once, since that takes a second. */
    let keys: string;
    let fingerprint: string;
    /** The files to fetch, and the programs that would install them. */
    let folder: string;

    const gpg = (...args: string[]) =>
      execa("gpg", ["--homedir", keys, "--batch", "--yes", "--pinentry-mode", "loopback", "--passphrase", "", ...args]);

    beforeAll(async () => {
      keys = temporaryFolder("gpg-");
      await gpg("--quick-generate-key", "agent@example.org", "ed25519", "sign", "1d");
      const { stdout } = await gpg("--with-colons", "--list-keys");
      fingerprint = /^fpr:+([0-9A-F]{40}):/m.exec(stdout)?.[1] ?? "";
      await gpg("--export", "--output", path.join(keys, "exported.gpg"), fingerprint);
    });
    afterAll(async () => {
      await execa("gpgconf", ["--homedir", keys, "--kill", "gpg-agent"], { reject: false });
    });

    beforeEach(async () => {
      folder = temporaryFolder("ssm-agent-");
      mkdirSync(path.join(folder, "bin"));
      program("dpkg", `echo "$@" >>${folder}/installed`);
      program("systemctl", "exit 0");
      writeFileSync(path.join(folder, "amazon-ssm-agent.deb"), "the agent\n");
      await gpg("--detach-sign", path.join(folder, "amazon-ssm-agent.deb"));
    });

    function program(name: string, body: string): void {
      writeFileSync(path.join(folder, "bin", name), `#!/bin/sh\n${body}\n`);
      chmodSync(path.join(folder, "bin", name), 0o755);
    }

    const install = (environment: NodeJS.ProcessEnv = {}, key = path.join(keys, "exported.gpg")) =>
      execa("bash", [script, key], {
        env: {
          PATH: `${path.join(folder, "bin")}:${process.env["PATH"]}`,
          SSM_AGENT: "true",
          SSM_AGENT_FINGERPRINT: fingerprint,
          SSM_AGENT_SOURCE: `file://${folder}`,
          REGION: "eu-west-1",
          ...environment,
        },
        extendEnv: false,
        reject: false,
      });
    const installed = (): boolean => existsSync(path.join(folder, "installed"));

    it("does nothing if the agent is not wanted", async () => {
      const { exitCode, stdout } = await install({ SSM_AGENT: "false" });
      expect({ exitCode, stdout }).toEqual({
        exitCode: 0,
        stdout: "install-ssm-agent: not wanted (image.ssmAgent.enabled: false)",
      });
      expect(installed()).toBe(false);
    });

    it("installs a package with a good signature by the key of the settings", async () => {
      expect(await install()).toMatchObject({ exitCode: 0, stderr: "" });
      expect(installed()).toBe(true);
    });

    it.each<[string, () => Promise<unknown> | undefined, NodeJS.ProcessEnv, RegExp]>([
      [
        "the package is not the one that was signed",
        () => void appendFileSync(path.join(folder, "amazon-ssm-agent.deb"), "and more"),
        {},
        /amazon-ssm-agent\.deb has no good signature \(.*BADSIG.*\): it was not installed$/,
      ],
      [
        "the key is not the one in the settings",
        () => undefined,
        { SSM_AGENT_FINGERPRINT: "0".repeat(40) },
        /amazon-ssm-agent\.gpg has the fingerprint [0-9A-F]{40}, expected 0{40} alone: compare both with AWS's page$/,
      ],
      [
        "there is no signature to fetch",
        () => void rmSync(path.join(folder, "amazon-ssm-agent.deb.sig")),
        {},
        /amazon-ssm-agent\.deb\.sig could not be fetched: give the build machine a way there, or set image\.ssmAgent\.enabled: false$/,
      ],
    ])("fails with one sentence, and installs nothing, when %s", async (_, change, environment, sentence) => {
      await change();
      const { exitCode, stderr } = await install(environment);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(sentence);
      expect(installed()).toBe(false);
    });

    it("fails with one sentence, and installs nothing, when nobody brought AWS's key", async () => {
      const { exitCode, stderr } = await install({}, path.join(folder, "no.gpg"));
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/AWS's key is missing: put it into packer\/shared\/files\/amazon-ssm-agent\.gpg/);
      expect(installed()).toBe(false);
    });

    it("fails with one sentence, and installs nothing, when the key has expired", async () => {
      const at = (time: string) => ["--faked-system-time", `20200101T${time}`];
      await gpg(...at("000000"), "--quick-generate-key", "old@example.org", "ed25519", "sign", "1d");
      await gpg(
        ...at("010000"),
        "--local-user",
        "old@example.org",
        "--detach-sign",
        path.join(folder, "amazon-ssm-agent.deb"),
      );
      const { stdout } = await gpg("--with-colons", "--list-keys", "old@example.org");
      const old = /^fpr:+([0-9A-F]{40}):/m.exec(stdout)?.[1] ?? "";
      const key = path.join(folder, "old.gpg");
      await gpg("--export", "--output", key, old);
      const { exitCode, stderr } = await install({ SSM_AGENT_FINGERPRINT: old }, key);
      expect(exitCode).toBe(1);
      expect(stderr).toMatch(/has no good signature \(.*EXPKEYSIG.*\): it was not installed$/);
      expect(installed()).toBe(false);
    });
  },
);
