import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadSettings } from "../../../stacks/settings";
import { load, settingsFolder } from "./settings-folder";

describe("a wrong setting", () => {
  const cases: [name: string, file: string, message: string][] = [
    ["unknown section", "ssh2: {}", "ssh2: no such setting; expected one of project, tags, aws"],
    ["part of a name", "ebs: { volumeSize: 2 }", "finalSnapshot, snapshotSchedule; did you mean volumeSizeGiB?"],
    [
      "not a number",
      "ec2: { rootVolumeSizeGiB: big }",
      'ec2.rootVolumeSizeGiB: expected a whole number from 8 to 16384 GiB, got "big"',
    ],
    ["word for a flag", 'ebs: { preventDestroy: "yes" }', 'ebs.preventDestroy: expected true or false, got "yes"'],
    [
      "unknown word",
      "ebs: { volumeType: ssd }",
      'ebs.volumeType: expected one of gp3, gp2, io1, io2, st1, sc1, got "ssd"',
    ],
    ["section that is text", "ebs: 5", "ebs: expected a section with volumeSizeGiB, volumeType"],
    [
      "port out of range",
      "services: { nreplPort: 70000 }",
      "services.nreplPort: expected a whole number from 1024 to 65535, got 70000",
    ],
    [
      "zone of another region",
      "aws: { availabilityZone: us-east-1a }",
      'aws.availabilityZone: expected a zone of aws.region eu-west-1, such as eu-west-1a, got "us-east-1a"',
    ],
    [
      "gp3 IOPS for its size",
      "ebs: { iops: 20000 }",
      "ebs.iops: expected 3000 to 10000 for volume type gp3 with 20 GiB (500 per GiB), got 20000",
    ],
    [
      "gp3 throughput for its IOPS",
      "ebs: { throughputMiBps: 1000 }",
      "ebs.throughputMiBps: expected 125 to 750 MiB/s for volume type gp3 with 3000 IOPS, got 1000",
    ],
    [
      "size for a type",
      "ebs: { volumeType: st1 }",
      "ebs.volumeSizeGiB: expected 125 to 16384 GiB for volume type st1, got 20",
    ],
    [
      "missing image id",
      "ec2: { image: { source: id } }",
      "ec2.image.id: expected an image id, since ec2.image.source is id, got null",
    ],
    [
      "snapshot time",
      'ebs: { snapshotSchedule: { timeUtc: "25:00" } }',
      'ebs.snapshotSchedule.timeUtc: expected a time such as "03:00", got "25:00"',
    ],
    [
      "mount point",
      "ec2: { mount: { mountPoint: data } }",
      'ec2.mount.mountPoint: expected an absolute path of ordinary characters, such as /data, got "data"',
    ],
    [
      "state outside the project",
      "state: { directory: /tmp }",
      'state.directory: expected a folder relative to the project, such as state, got "/tmp"',
    ],
  ];
  it.each(cases)("fails: %s", (_name, file, message) => {
    expect(() => load(file)).toThrow(message);
  });

  it("fails: a block that is listed twice", () => {
    expect(() => load("", { WORKBENCH_SSH_ALLOW_FROM: "[10.0.0.0/8, 10.0.0.0/8]" })).toThrow(
      "expected a list of CIDR blocks, each once",
    );
  });
});

describe("several wrong settings: fails with all of them", () => {
  const problems = (file: string, environment: NodeJS.ProcessEnv = {}): string[] => {
    try {
      load(file, environment);
      return [];
    } catch (error) {
      return (error as Error).message.split("\n  ").slice(1);
    }
  };

  it("a value of the wrong type, and two sections that do not agree", () => {
    expect(problems("", { WORKBENCH_EBS_VOLUME_SIZE_GIB: "ten", WORKBENCH_SSH_PORT: "20000" })).toEqual([
      'WORKBENCH_EBS_VOLUME_SIZE_GIB: ebs.volumeSizeGiB: expected a whole number from 1 to 65536 GiB, got "ten"',
      "settings/default.yaml: services.nreplPort: expected a port other than ssh.port, got 20000; " +
        "set it in settings/test.yaml",
    ]);
  });

  it("a value of the wrong type, and a number that its neighbours do not allow", () => {
    expect(problems("ebs: { iops: 20000, preventDestroy: maybe, snapshotSchedule: { retainCount: some } }")).toEqual([
      expect.stringContaining('ebs.preventDestroy: expected true or false, got "maybe"'),
      expect.stringContaining("ebs.snapshotSchedule.retainCount: expected a whole number from 1 to 1000"),
      expect.stringContaining(
        "ebs.iops: expected 3000 to 10000 for volume type gp3 with 20 GiB (500 per GiB), got 20000",
      ),
    ]);
  });

  it("an invalid block, and one that is too wide", () => {
    expect(problems("ssh: { allowFrom: [10.0.0.0/33, 0.0.0.0/0] }")).toEqual([
      expect.stringContaining("ssh.allowFrom[0]: expected a CIDR block such as"),
      expect.stringContaining("ssh.allowFrom[1]: expected a CIDR block no wider than /8"),
    ]);
  });

  it("a number out of range, and names that are too long", () => {
    const directory = settingsFolder("");
    const environment = "environment-with-a-very-long-name";
    writeFileSync(join(directory, `${environment}.yaml`), "ebs: { volumeSizeGiB: 0 }");
    const wrong = () =>
      loadSettings({ directory, environment: { WORKBENCH_ENV: environment, WORKBENCH_PROJECT: "a-long-project" } });
    expect(wrong).toThrow("2 settings are wrong:");
    expect(wrong).toThrow("ebs.volumeSizeGiB: expected a whole number from 1 to 65536 GiB, got 0");
    expect(wrong).toThrow("WORKBENCH_ENV: expected project and environment to have at most 43 characters together");
  });

  it("but checks nothing against a value that is wrong itself", () => {
    expect(problems("ebs: { volumeType: ssd, iops: 20000 }")).toEqual([
      expect.stringContaining('ebs.volumeType: expected one of gp3, gp2, io1, io2, st1, sc1, got "ssd"'),
    ]);
    expect(problems("ebs: { volumeSizeGiB: 0, iops: 20000 }")).toEqual([
      expect.stringContaining("ebs.volumeSizeGiB: expected a whole number from 1 to 65536 GiB, got 0"),
    ]);
    expect(problems("aws: 5\nebs: { kmsKeyArn: 7 }\nec2: { role: none }")).toHaveLength(3);
  });
});

describe("a default that no longer fits", () => {
  it.each([
    [{ WORKBENCH_ENV: "test" }, "set it in settings/test.yaml"],
    [{ WORKBENCH_ENV: "" }, "write settings/<name>.yaml and set WORKBENCH_ENV=<name>"],
  ])("fails, and says where to set another value: %j", (environment, fix) => {
    expect(() => load("", { ...environment, WORKBENCH_AWS_REGION: "us-east-1" })).toThrow(
      new RegExp(`: aws\\.availabilityZone: expected a zone of aws\\.region us-east-1, .*, got "eu-west-1a"; ${fix}$`),
    );
  });
});
