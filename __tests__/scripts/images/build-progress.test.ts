import { describe, expect, test } from "vitest";
import { BuildProgress } from "../../../scripts/images/build-progress";

/** The output of a build, as Packer 1.16 prints it with -color=false. */
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
  "Build 'amazon-ebs.workbench' errored after 7 seconds 80 milliseconds: " +
    "Script exited with non-zero exit status: 1. Allowed exit codes are: [0]",
  "==> Some builds didn't complete successfully and had errors:",
  "--> amazon-ebs.workbench: Script exited with non-zero exit status: 1. Allowed exit codes are: [0]",
  "==> Builds finished but no artifacts were created.",
];

function follow(...lines: string[]): BuildProgress {
  const progress = new BuildProgress("ec2.image.architecture");
  for (const line of lines) progress.follow(line);
  return progress;
}

test("names the current part of the build, from start to end", () => {
  const progress = new BuildProgress("ec2.image.architecture");
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

describe("the reason of a failed build", () => {
  test("is the sentence that its script prints", () => {
    const said = "install-packages: apt-get update failed: give the build machine a way to Debian's packages";
    const lines = ["==> amazon-ebs.workbench: Err:1 http://mirror.example", `==> amazon-ebs.workbench: ${said}`];
    expect(follow(...BEGUN, ...lines, ...FAILED).failure()).toBe(said);
  });

  test("is Packer's error with the script's name, if the script prints no sentence", () => {
    expect(follow(...BEGUN, "==> amazon-ebs.workbench: Killed", ...FAILED).failure()).toBe(
      "install-packages: Script exited with non-zero exit status: 1. Allowed exit codes are: [0]",
    );
  });

  test("is never a line of a script that succeeded", () => {
    const lines = [
      "==> amazon-ebs.workbench: install-packages: nothing to do",
      "==> amazon-ebs.workbench: Provisioning with shell script: packer/workbench/provision/install-clojure",
    ];
    expect(follow(...BEGUN, ...lines, ...FAILED).failure()).toMatch(/^install-clojure: Script exited/);
  });

  test("is Packer's first error, before there is a machine", () => {
    expect(
      follow("Error: Datasource.Execute failed: no credentials", "", "  on workbench.pkr.hcl line 177:").failure(),
    ).toBe("start: Datasource.Execute failed: no credentials");
  });

  test("is the setting to correct, instead of Packer's filter, if Debian publishes no base image", () => {
    const error = "Error: Datasource.Execute failed: No AMI was found matching filters: {Filters: [{ Name: name }]}";
    expect(follow(error, "", "  on workbench.pkr.hcl line 177:").failure()).toBe(
      "start: Debian publishes no image for this architecture in this region: " +
        "correct aws.region or ec2.image.architecture in the settings",
    );
  });

  test("is said to be missing, if Packer prints none", () => {
    expect(follow(...BEGUN).failure()).toBe("install-packages: Packer gave no reason");
  });
});
