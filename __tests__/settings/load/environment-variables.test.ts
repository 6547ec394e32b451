import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readVariables, variableName } from "../../../settings/load/environment-variables";
import { noSuchVariable } from "../../../settings/load/problems";
import { load } from "./settings-folder";

describe("a WORKBENCH_ variable", () => {
  it.each([
    [["ebs", "volumeSizeGiB"], "WORKBENCH_EBS_VOLUME_SIZE_GIB"],
    [["graph-data", "throughputMiBps"], "WORKBENCH_GRAPH_DATA_THROUGHPUT_MIBPS"],
    [["ecs", "couchdb", "memoryMiB"], "WORKBENCH_ECS_COUCHDB_MEMORY_MIB"],
  ])("has a name that a shell accepts: %j", (path, name) => {
    expect(variableName(path)).toBe(name);
  });

  it("reads lists and nulls from environment variables", () => {
    const settings = load("state: { bucket: some-bucket }", {
      WORKBENCH_SSH_ALLOW_FROM: "[198.51.100.0/24, 2001:db8::/32]",
      WORKBENCH_STATE_BUCKET: "",
    });
    expect(settings.ssh.allowFrom).toEqual(["198.51.100.0/24", "2001:db8::/32"]);
    expect(settings.state.bucket).toBeNull();
  });

  it("takes text from a variable literally, even if YAML would read something else", () => {
    expect(load("", { WORKBENCH_AWS_PROFILE: "123" }).aws.profile).toBe("123");
    expect(load("", { WORKBENCH_SSH_PUBLIC_KEY_FILE: "~/keys/on: call.pub" }).ssh.publicKeyFile).toBe(
      "~/keys/on: call.pub",
    );
    expect(load("", { WORKBENCH_AWS_PROFILE: "null" }).aws.profile).toBeNull();
  });

  it.each<[string, string, string]>([
    [
      "WORKBENCH_EBS_VOLUME_SIZE_GIB",
      '"20"',
      'ebs.volumeSizeGiB: expected a whole number from 1 to 65536 GiB, got "20"',
    ],
    [
      "WORKBENCH_EBS_VOLUME_SIZE_GIB",
      "1e400",
      "ebs.volumeSizeGiB: expected a whole number from 1 to 65536 GiB, got null",
    ],
    ["WORKBENCH_EBS_PREVENT_DESTROY", "no", 'ebs.preventDestroy: expected true or false, got "no"'],
    ["WORKBENCH_EBS_PREVENT_DESTROY", "", "ebs.preventDestroy: expected true or false, got null"],
    ["WORKBENCH_SSH_ALLOW_FROM", "203.0.113.7/32", "ssh.allowFrom: expected a list of CIDR blocks, each once, got"],
    ["WORKBENCH_TAGS", "&a {b: *a}", 'tags: expected a section of tags, got "&a {b: *a}"'],
    ["WORKBENCH_TAGS", `[${"x, ".repeat(200)}x]`, "…"],
    ["WORKBENCH_EC2_MOUNT_MOUNT_POINT", "/data/../etc", "ec2.mount.mountPoint: expected an absolute path"],
    [
      "WORKBENCH_SSH_PUBLIC_KEY_FILE",
      "${path.cwd}",
      "ssh.publicKeyFile: expected the path of a file, without ${ and %{",
    ],
    [
      "WORKBENCH_STATE_DIRECTORY",
      "state/../../elsewhere",
      "state.directory: expected a folder relative to the project",
    ],
    ["WORKBENCH_STATE_BUCKET", "a..b", 'state.bucket: expected the name of an S3 bucket, got "a..b"'],
    ["WORKBENCH_STATE_BUCKET", "192.0.2.1", 'state.bucket: expected the name of an S3 bucket, got "192.0.2.1"'],
    [
      "WORKBENCH_SSH_PUBLIC_KEY_FILE",
      "a\u001b[2J",
      'expected the path of a file, without ${ and %{, got "a\\u001b[2J"',
    ],
    ["WORKBENCH_EBS_IOPS", "-5", "ebs.iops: expected a whole number from 100 to 256000, got -5"],
    ["WORKBENCH_EBS", "{}", "WORKBENCH_EBS: no such setting"],
  ])("fails: %s=%s", (variable, value, sentence) => {
    const wrong = () => load("", { [variable]: value });
    expect(wrong).toThrow(sentence);
    expect(wrong).toThrow(new RegExp(`^one setting is wrong:\\n {2}${variable}: [^\\n]+$`));
  });
});

describe("a variable that names no setting", () => {
  const sections = z.object({
    project: z.string(),
    graph: z.object({ port: z.number() }),
    "graph-data": z.object({
      volumeSizeGiB: z.number(),
      rootSizeGiB: z.number(),
      mount: z.object({ mountPoint: z.string() }),
    }),
  });
  const problem = (variable: string): string[] =>
    readVariables(sections, { [variable]: "1" }).unknown.map((unknown) => noSuchVariable(unknown));
  const data = "WORKBENCH_GRAPH_DATA_VOLUME_SIZE_GIB, WORKBENCH_GRAPH_DATA_ROOT_SIZE_GIB";

  it.each([
    ["WORKBENCH_GRAPH_DATA_COLOUR", `expected one of ${data}, WORKBENCH_GRAPH_DATA_MOUNT_MOUNT_POINT`],
    [
      "WORKBENCH_GRAPH_DATA_VOLUME_SIZE",
      `expected one of ${data}, WORKBENCH_GRAPH_DATA_MOUNT_MOUNT_POINT; did you mean WORKBENCH_GRAPH_DATA_VOLUME_SIZE_GIB?`,
    ],
    [
      "WORKBENCH_GRAPH_DATA_SIZE",
      `expected one of ${data}, WORKBENCH_GRAPH_DATA_MOUNT_MOUNT_POINT; ` +
        "did you mean WORKBENCH_GRAPH_DATA_VOLUME_SIZE_GIB or WORKBENCH_GRAPH_DATA_ROOT_SIZE_GIB?",
    ],
    ["WORKBENCH_GRAPH_DATA_MOUNT_FOLDER", "expected one of WORKBENCH_GRAPH_DATA_MOUNT_MOUNT_POINT"],
    ["WORKBENCH_GRAPH", "expected one of WORKBENCH_GRAPH_PORT; did you mean WORKBENCH_GRAPH_PORT?"],
    ["WORKBENCH_PORT", "docs/settings.md lists them all; did you mean WORKBENCH_GRAPH_PORT?"],
    ["WORKBENCH_COLOUR", "docs/settings.md lists them all"],
  ])("fails with the variables of its section: %s", (variable, fix) => {
    expect(problem(variable)).toEqual([`${variable}: no such setting; ${fix}`]);
  });
});
