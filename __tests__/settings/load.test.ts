import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadSettings } from "../../settings/load";
import { UserError } from "../../settings/user-error";

const settingsDirectory = join(__dirname, "../../settings");

/** A settings folder with our defaults and one environment file. */
function settingsFolder(file: string): string {
  const directory = mkdtempSync(join(tmpdir(), "settings-"));
  writeFileSync(join(directory, "default.yaml"), readFileSync(join(settingsDirectory, "default.yaml")));
  writeFileSync(join(directory, "test.yaml"), file);
  return directory;
}

const closed = "ssh: { allowFrom: [203.0.113.7/32] }\n";

function load(file: string, environment: NodeJS.ProcessEnv = {}) {
  return loadSettings({
    directory: settingsFolder(closed + file),
    environment: { WORKBENCH_ENV: "test", ...environment },
  });
}

describe("loadSettings", () => {
  it("takes what a file leaves out from the defaults", () => {
    const settings = load("ebs: { volumeSizeGiB: 50 }");
    expect(settings.ebs).toMatchObject({ volumeSizeGiB: 50, volumeType: "gp3", preventDestroy: true });
    expect(settings.environment).toBe("test");
  });

  it("lets an environment variable win over the file", () => {
    expect(load("ebs: { volumeSizeGiB: 50 }", { WORKBENCH_EBS_VOLUME_SIZE_GIB: "70" }).ebs.volumeSizeGiB).toBe(70);
  });

  it("reads lists and nulls from environment variables", () => {
    const settings = load("state: { bucket: some-bucket }", {
      WORKBENCH_SSH_ALLOW_FROM: "[198.51.100.0/24, 2001:db8::/32]",
      WORKBENCH_STATE_BUCKET: "",
    });
    expect(settings.ssh.allowFrom).toEqual(["198.51.100.0/24", "2001:db8::/32"]);
    expect(settings.state.bucket).toBeNull();
  });

  it("replaces lists instead of joining them", () => {
    expect(load("", { WORKBENCH_SSH_ALLOW_FROM: "[198.51.100.0/24]" }).ssh.allowFrom).toEqual(["198.51.100.0/24"]);
  });

  it("accepts the settings of the local AWS as they are checked in", () => {
    expect(loadSettings({ environment: { WORKBENCH_ENV: "local" } }).environment).toBe("local");
  });

  it("fails with every problem at once, each with its origin", () => {
    const wrong = () =>
      loadSettings({
        directory: settingsFolder("aws: { region: eu-west }\nssh: { allowFrom: [10.0.0.0/33], prot: 22 }\n"),
        environment: { WORKBENCH_ENV: "test", WORKBENCH_EBS_VOLUME_SIZE_GIB: "ten", WORKBENCH_EBS_SIZE: "1" },
      });
    expect(wrong).toThrow("5 settings are wrong:");
    expect(wrong).toThrow("WORKBENCH_EBS_SIZE: no such setting; settings/default.yaml lists them all");
    expect(wrong).toThrow('settings/test.yaml: aws.region: expected an AWS region such as eu-west-1, got "eu-west"');
    expect(wrong).toThrow(
      "WORKBENCH_EBS_VOLUME_SIZE_GIB: ebs.volumeSizeGiB: expected a whole number from 1 to 65536 GiB, got",
    );
    expect(wrong).toThrow('ssh.allowFrom[0]: expected a CIDR block such as 203.0.113.7/32, got "10.0.0.0/33"');
    expect(wrong).toThrow(
      "settings/test.yaml: ssh.prot: no such setting; expected one of allowFrom, allowAnywhere, port",
    );
  });

  it("fails for an environment without a file, naming those there are", () => {
    expect(() => loadSettings({ environment: { WORKBENCH_ENV: "nowhere" } })).toThrow(
      /^WORKBENCH_ENV: expected one of default, local, got "nowhere"; write .*nowhere\.yaml to make it one$/,
    );
  });

  it("fails for a file that is no YAML", () => {
    expect(() => load("ebs: [")).toThrow(/^settings\/test\.yaml: expected YAML, got /);
  });

  it.each<[string, string, string]>([
    ["two documents", "ebs: {}\n---\nec2: {}", "Source contains multiple documents"],
    ["a key twice", "ebs: {}\nebs: {}", "Map keys must be unique"],
    ["a type of another language", "project: !!js/function 'x'", "Unresolved tag"],
    ["a type of YAML's own that settings do not have", "tags: !!set { a, b }", "Unresolved tag"],
    ["an alias to nothing", "project: *p", "Unresolved alias"],
    [
      "an alias inside what it is an alias of",
      "tags: &t { a: *t }",
      "an alias that stands inside what it is an alias of",
    ],
    [
      "aliases of aliases of aliases",
      "a: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c]",
      "Excessive alias count",
    ],
    ["a list in a list in a list …", "[".repeat(20_000), "lists or sections nested too deeply"],
    ["a key of JavaScript's own", "ebs: { __proto__: { iops: 1 } }", "the key __proto__, which names no setting"],
  ])("fails for %s", (_, file, found) => {
    const directory = settingsFolder(file);
    const wrong = () => loadSettings({ directory, environment: { WORKBENCH_ENV: "test" } });
    expect(wrong).toThrow(UserError);
    expect(wrong).toThrow(new RegExp(`^settings/test\\.yaml: expected YAML, got ${found}[^\\n]*$`));
  });

  it("fails for a file that is some other file", () => {
    const directory = settingsFolder(`#${" ".repeat(300 * 1024)}`);
    expect(() => loadSettings({ directory, environment: { WORKBENCH_ENV: "test" } })).toThrow(
      /^settings\/test\.yaml: expected at most 256 KiB of settings, got 301 KiB$/,
    );
  });

  it("fails for a folder in place of a file", () => {
    const directory = settingsFolder("");
    mkdirSync(join(directory, "folder.yaml"));
    expect(() => loadSettings({ directory, environment: { WORKBENCH_ENV: "folder" } })).toThrow(
      /^settings\/folder\.yaml: expected to read the file, got EISDIR/,
    );
  });

  it("fails for a pipe in place of a file, which would be waited for", () => {
    const directory = settingsFolder("");
    execFileSync("mkfifo", [join(directory, "pipe.yaml")]);
    expect(() => loadSettings({ directory, environment: { WORKBENCH_ENV: "pipe" } })).toThrow(
      /^settings\/pipe\.yaml: expected to read the file, got a pipe or a device$/,
    );
  });

  it.each(["../etc/passwd", "/etc/passwd", "Mine", "a b", "a".repeat(41), "\u001b[31m", "..", "-x"])(
    "fails for %j as the name of an environment",
    (name) => {
      expect(() => load("", { WORKBENCH_ENV: name })).toThrow(
        `WORKBENCH_ENV: expected the name of an environment, of up to 40 lower-case letters, digits and dashes, got ${JSON.stringify(name)}`,
      );
    },
  );

  it("fails for names that AWS would find too long", () => {
    expect(() => load("project: a-project-with-a-very-long-name", { WORKBENCH_ENV: "test" })).not.toThrow();
    const directory = settingsFolder("");
    const name = "environment-with-a-very-long-name";
    writeFileSync(join(directory, `${name}.yaml`), closed);
    expect(() =>
      loadSettings({ directory, environment: { WORKBENCH_ENV: name, WORKBENCH_PROJECT: "a-long-project" } }),
    ).toThrow(
      `WORKBENCH_ENV: expected project and environment to have at most 43 characters together, got 48 in "a-long-project-${name}"; shorten either`,
    );
  });

  it("takes text from a variable as it stands, also where YAML would read something else", () => {
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

  it("fails with one line for a key that would move the cursor", () => {
    expect(() => load('"\\e[2J\\n": 1')).toThrow(
      /^one setting is wrong:\n {2}[^\n]*"\\u001b\[2J\\n": no such setting; expected one of [^\n]*$/,
    );
  });

  it.each(["constructor", "toString", "hasOwnProperty"])("fails for the key %s", (key) => {
    expect(() => load(`${key}: 1`)).toThrow(`settings/test.yaml: ${key}: no such setting`);
    expect(() => load(`ebs: { ${key}: {} }`)).toThrow(`settings/test.yaml: ebs.${key}: no such setting`);
  });

  it.each([
    ["ebs", "a section with volumeSizeGiB, "],
    ["tags", "a section of tags, "],
    ["project", "2 to 31 lower-case letters, digits and dashes, "],
  ])("fails for %s: with nothing after it", (key, expected) => {
    expect(() => load(`${key}:`)).toThrow(new RegExp(`settings/test\\.yaml: ${key}: expected ${expected}.*got null$`));
  });

  it("fails for a file without sections", () => {
    const directory = settingsFolder("just text");
    expect(() => loadSettings({ directory, environment: { WORKBENCH_ENV: "test" } })).toThrow(
      'settings/test.yaml: expected sections of settings, got "just text"',
    );
  });
});

describe("a wrong setting", () => {
  const cases: [name: string, file: string, message: string][] = [
    ["unknown section", "ssh2: {}", "ssh2: no such setting; expected one of project, tags, aws"],
    [
      "no number",
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
      "ebs.iops: expected 3000 to 10000 for a gp3 volume of 20 GiB (500 per GiB), got 20000",
    ],
    [
      "gp3 throughput for its IOPS",
      "ebs: { throughputMiBps: 1000 }",
      "ebs.throughputMiBps: expected 125 to 750 MiB/s for a gp3 volume with 3000 IOPS, got 1000",
    ],
    [
      "size for a type",
      "ebs: { volumeType: st1 }",
      "ebs.volumeSizeGiB: expected 125 to 16384 GiB for a st1 volume, got 20",
    ],
    [
      "image id that is missing",
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

  it("fails: a block that is there twice", () => {
    expect(() => load("", { WORKBENCH_SSH_ALLOW_FROM: "[10.0.0.0/8, 10.0.0.0/8]" })).toThrow(
      "expected a list of CIDR blocks, each once",
    );
  });
});
