import { chmodSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder } from "../../temporary-folder";

const script = path.join(import.meta.dirname, "../../../packer/shared/provision/check-machine");

/** What a good machine answers to the script: amd64, Debian 13, 5000 MiB free, first boot over. */
const goodMachine = {
  "cloud-init": 'echo "status: done"',
  dpkg: "echo amd64",
  df: "printf ' Avail\\n  5000\\n'",
  sed: "case $* in *VERSION_ID*) echo 13 ;; *) echo debian ;; esac",
};

let folder: string;
beforeEach(() => {
  folder = temporaryFolder("check-machine-");
});

function checkMachine(machine: Partial<typeof goodMachine> = {}, environment: NodeJS.ProcessEnv = {}) {
  for (const [name, body] of Object.entries({ ...goodMachine, ...machine })) {
    writeFileSync(path.join(folder, name), `#!/bin/sh\n${body}\n`);
    chmodSync(path.join(folder, name), 0o755);
  }
  return execa("bash", [script], {
    env: {
      PATH: `${folder}:${process.env["PATH"]}`,
      ARCHITECTURE: "amd64",
      NEEDED_MIB: "3500",
      PORTS: "20000 20001",
      ...environment,
    },
    extendEnv: false,
    reject: false,
  });
}

// GNU's tools, as on the machine.
describe.skipIf(process.platform !== "linux")(
  process.platform === "linux" ? "check-machine" : "check-machine (needs Linux)",
  () => {
    it("finds nothing wrong with the machine that the image is meant for", async () => {
      expect(await checkMachine()).toMatchObject({ exitCode: 0, stdout: "", stderr: "" });
    });

    it("accepts an image without services", async () => {
      expect(await checkMachine({}, { PORTS: "" })).toMatchObject({ exitCode: 0, stderr: "" });
    });

    it.each<[string, Partial<typeof goodMachine>, NodeJS.ProcessEnv, string]>([
      [
        "both services use one port",
        {},
        { PORTS: "20000 20000" },
        "ports: expected one of its own for SSH (22) and for each service, got 20000 twice: " +
          "change it in the settings (services), or with -var",
      ],
      [
        "a service uses SSH's port",
        {},
        { PORTS: "22 20001" },
        "ports: expected one of its own for SSH (22) and for each service, got 22 twice: " +
          "change it in the settings (services), or with -var",
      ],
      [
        "the instance type has another architecture",
        { dpkg: "echo arm64" },
        {},
        "the machine is arm64, expected amd64: set an architecture and an instance type that match",
      ],
      [
        "the base image is another Debian",
        { sed: "case $* in *VERSION_ID*) echo 12 ;; *) echo debian ;; esac" },
        {},
        "the base image is debian 12, expected debian 13: correct the filter of the base image",
      ],
      [
        "the disk is too small",
        { df: "printf ' Avail\\n  1200\\n'" },
        {},
        "the root disk has 1200 MiB free, the image needs 3500 MiB: set image.volumeSizeGiB higher",
      ],
      [
        "the first boot failed",
        { "cloud-init": 'case $* in *json*) echo \'{"status": "error"}\' ;; *) exit 1 ;; esac' },
        {},
        'the first boot of the base image failed ({"status":"error"}): ' +
          "look at /var/log/cloud-init.log with packer build -on-error=ask",
      ],
    ])("fails with one sentence when %s", async (_, machine, environment, sentence) => {
      expect(await checkMachine(machine, environment)).toMatchObject({
        exitCode: 1,
        stderr: `check-machine: ${sentence}`,
      });
    });
  },
);
