import { describe, expect, test } from "vitest";
import { BuildProgress } from "../../../scripts/images/build-progress";

/** What a build prints, as Packer 1.16 does with -color=false. */
const BEGUN = [
  "amazon-ebs.workbench: output will be in this color.",
  "==> amazon-ebs.workbench: Prevalidating AMI Name: workbench-amd64-20261121-090531",
  "==> amazon-ebs.workbench: Launching a source AWS instance...",
  "==> amazon-ebs.workbench: Connected to SSH!",
  "==> amazon-ebs.workbench: Provisioning with shell script: packer/workbench/../shared/provision/check-machine",
  "==> amazon-ebs.workbench: Uploading packer/workbench/files/ => /tmp/image/",
  "==> amazon-ebs.workbench: Provisioning with shell script: packer/workbench/provision/install-packages",
];

const FAILED = [
  "==> amazon-ebs.workbench: Provisioning step had errors: Running the cleanup provisioner, if present...",
  "==> amazon-ebs.workbench: Terminating the source AWS instance...",
  "Build 'amazon-ebs.workbench' errored after 7 seconds 80 milliseconds: Script exited with non-zero exit status: 1. Allowed exit codes are: [0]",
  "==> Some builds didn't complete successfully and had errors:",
  "--> amazon-ebs.workbench: Script exited with non-zero exit status: 1. Allowed exit codes are: [0]",
  "==> Builds finished but no artifacts were created.",
];

function follow(...lines: string[]): BuildProgress {
  const progress = new BuildProgress();
  for (const line of lines) progress.follow(line);
  return progress;
}

test("says which part the build is in, from its start to its end", () => {
  const progress = new BuildProgress();
  const parts = [
    ...BEGUN,
    "==> amazon-ebs.workbench: Stopping the source instance...",
    "==> amazon-ebs.workbench: Terminating the source AWS instance...",
  ].map((line) => {
    progress.follow(line);
    return progress.part;
  });
  expect([...new Set(parts)]).toEqual([
    ...["start", "boot", "check-machine", "upload", "install-packages", "snapshot", "clean-up"],
  ]);
});

describe("a build that fails", () => {
  test("for a reason that its script tells: in the script's words", () => {
    const said = "install-packages: apt-get update failed: give the build machine a way to Debian's packages";
    const lines = ["==> amazon-ebs.workbench: Err:1 http://mirror.example", `==> amazon-ebs.workbench: ${said}`];
    expect(follow(...BEGUN, ...lines, ...FAILED).failure()).toBe(said);
  });

  test("in a script that says nothing of its own: with its name", () => {
    expect(follow(...BEGUN, "==> amazon-ebs.workbench: Killed", ...FAILED).failure()).toBe(
      "install-packages: Script exited with non-zero exit status: 1. Allowed exit codes are: [0]",
    );
  });

  test("never in the words of a script that ended well", () => {
    const lines = [
      "==> amazon-ebs.workbench: install-packages: nothing to do",
      "==> amazon-ebs.workbench: Provisioning with shell script: packer/workbench/provision/install-clojure",
    ];
    expect(follow(...BEGUN, ...lines, ...FAILED).failure()).toMatch(/^install-clojure: Script exited/);
  });

  test("before there is a machine: with Packer's first error", () => {
    expect(
      follow("Error: Datasource.Execute failed: no credentials", "", "  on workbench.pkr.hcl line 177:").failure(),
    ).toBe("start: Datasource.Execute failed: no credentials");
  });

  test("because Debian publishes no base image: with what to correct, in place of Packer's filter", () => {
    const error = "Error: Datasource.Execute failed: No AMI was found matching filters: {Filters: [{ Name: name }]}";
    expect(follow(error, "", "  on workbench.pkr.hcl line 177:").failure()).toBe(
      "start: Debian publishes no image for this architecture in this region: correct aws.region or ec2.image.architecture in the settings",
    );
  });

  test("without a word", () => {
    expect(follow(...BEGUN).failure()).toBe("install-packages: Packer gave no reason");
  });
});
