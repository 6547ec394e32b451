import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readSettingsFile } from "../../../settings/load/settings-file";
import { UserError } from "../../../settings/user-error";
import { loadSettings } from "../../../stacks/settings";
import { unprivileged } from "../../unprivileged";
import { load, settingsFolder } from "./settings-folder";

/** Root may read every file. */

describe("loadSettings", () => {
  it("takes values that a file leaves out from the defaults", () => {
    const settings = load("ebs: { volumeSizeGiB: 50 }");
    expect(settings.ebs).toMatchObject({ volumeSizeGiB: 50, volumeType: "gp3", preventDestroy: true });
    expect(settings.environment).toBe("test");
  });

  it("lets an environment variable override the file", () => {
    expect(load("ebs: { volumeSizeGiB: 50 }", { WORKBENCH_EBS_VOLUME_SIZE_GIB: "70" }).ebs.volumeSizeGiB).toBe(70);
  });

  it("replaces lists instead of joining them", () => {
    expect(load("", { WORKBENCH_SSH_ALLOW_FROM: "[198.51.100.0/24]" }).ssh.allowFrom).toEqual(["198.51.100.0/24"]);
  });

  it("accepts the checked-in settings of the local AWS", () => {
    expect(loadSettings({ environment: { WORKBENCH_ENV: "local" } }).environment).toBe("local");
  });

  it("fails with every problem at once, each with its origin", () => {
    const wrong = () =>
      loadSettings({
        directory: settingsFolder("aws: { region: eu-west }\nssh: { allowFrom: [10.0.0.0/33], prot: 22 }\n"),
        environment: { WORKBENCH_ENV: "test", WORKBENCH_EBS_VOLUME_SIZE_GIB: "ten", WORKBENCH_EBS_SIZE: "1" },
      });
    expect(wrong).toThrow("5 settings are wrong:");
    expect(wrong).toThrow("WORKBENCH_EBS_SIZE: no such setting; expected one of WORKBENCH_EBS_VOLUME_SIZE_GIB, WORK");
    expect(wrong).toThrow('settings/test.yaml: aws.region: expected an AWS region such as eu-west-1, got "eu-west"');
    expect(wrong).toThrow(
      "WORKBENCH_EBS_VOLUME_SIZE_GIB: ebs.volumeSizeGiB: expected a whole number from 1 to 65536 GiB, got",
    );
    expect(wrong).toThrow('ssh.allowFrom[0]: expected a CIDR block such as 203.0.113.7/32, got "10.0.0.0/33"');
    expect(wrong).toThrow(
      "settings/test.yaml: ssh.prot: no such setting; expected one of allowFrom, allowAnywhere, port",
    );
  });

  it("fails for an environment without a file, and names those that exist", () => {
    expect(() => loadSettings({ environment: { WORKBENCH_ENV: "nowhere" } })).toThrow(
      /^WORKBENCH_ENV: expected one of default, local, got "nowhere"; create .*nowhere\.yaml to add it$/,
    );
  });

  it("fails for a file that is not YAML", () => {
    expect(() => load("ebs:\n  iops: [")).toThrow(
      /^settings\/test\.yaml: expected YAML, got an error at line 2, column 10 \(Flow sequence .*\); correct that line$/,
    );
  });

  it.each<[string, string, string]>([
    ["two documents", "ebs: {}\n---\nec2: {}", "a second document at line 2, column 1; keep one of them"],
    ["a key twice", "ebs: {}\nebs: {}", "the same key twice at line 2, column 1; remove one of the two"],
    ["a type of another language", "project: !!js/function 'x'", "a tag that settings do not have .*; remove the tag"],
    ["a YAML type that settings do not have", "tags: !!set { a, b }", "a tag that settings do not have .*; remove"],
    ["an alias to nothing", "project: *p", "an alias without an anchor before it; write the value itself"],
    ["an alias inside its own anchor", "tags: &t { a: *t }", "an alias inside its own anchor; write the value itself"],
    [
      "aliases of aliases of aliases",
      "a: &a [1,1,1,1,1,1,1,1,1]\nb: &b [*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c]",
      "too many aliases of aliases; write the value itself",
    ],
    [
      "a list in a list in a list …",
      "[".repeat(20_000),
      "lists or sections nested too deeply; settings/default.yaml shows",
    ],
    [
      "a key with a meaning in JavaScript",
      "ebs: { __proto__: { iops: 1 } }",
      "the key __proto__, which names no setting; remove it",
    ],
  ])("fails for %s", (_, file, found) => {
    const directory = settingsFolder(file);
    const wrong = () => loadSettings({ directory, environment: { WORKBENCH_ENV: "test" } });
    expect(wrong).toThrow(UserError);
    expect(wrong).toThrow(new RegExp(`^settings/test\\.yaml: expected YAML, got ${found}[^\\n]*$`));
  });

  it("fails for a file too large for settings", () => {
    const directory = settingsFolder(`#${" ".repeat(300 * 1024)}`);
    expect(() => loadSettings({ directory, environment: { WORKBENCH_ENV: "test" } })).toThrow(
      /^settings\/test\.yaml: expected at most 256 KiB of settings, got 301 KiB; keep only settings in it$/,
    );
  });

  it("fails for a folder in place of a file", () => {
    const directory = settingsFolder("");
    mkdirSync(join(directory, "folder.yaml"));
    expect(() => loadSettings({ directory, environment: { WORKBENCH_ENV: "folder" } })).toThrow(
      /^settings\/folder\.yaml: expected to read the file, got a folder; put a settings file in its place$/,
    );
  });

  it("fails for a pipe in place of a file, without waiting for it", () => {
    const directory = settingsFolder("");
    execFileSync("mkfifo", [join(directory, "pipe.yaml")]);
    expect(() => loadSettings({ directory, environment: { WORKBENCH_ENV: "pipe" } })).toThrow(
      /^settings\/pipe\.yaml: expected to read the file, got a pipe or a device; put a settings file in its place$/,
    );
  });

  it("fails for a link that leads back to itself", () => {
    const directory = settingsFolder("");
    mkdirSync(join(directory, "loop"));
    symlinkSync(join(directory, "round.yaml"), join(directory, "loop", "x"));
    symlinkSync(join(directory, "loop", "x"), join(directory, "round.yaml"));
    expect(() => readSettingsFile(join(directory, "round.yaml"), "settings/round.yaml")).toThrow(
      /^settings\/round\.yaml: expected to read the file, got a link that leads back to itself; put .* in its place$/,
    );
  });

  it("fails for a file that this user may not read", () => {
    const directory = settingsFolder("");
    chmodSync(directory, 0o755);
    chmodSync(join(directory, "test.yaml"), 0o000);
    expect(() => unprivileged(() => loadSettings({ directory, environment: { WORKBENCH_ENV: "test" } }))).toThrow(
      /^settings\/test\.yaml: expected to read the file, got no permission; make it readable for your user$/,
    );
  });

  it.each(["../etc/passwd", "/etc/passwd", "Mine", "a b", "a".repeat(41), "\u001b[31m", "..", "-x"])(
    "fails for %j as the name of an environment",
    (name) => {
      expect(() => load("", { WORKBENCH_ENV: name })).toThrow(
        "WORKBENCH_ENV: expected an environment name of up to 40 lower-case letters, " +
          `digits and dashes, got ${JSON.stringify(name)}`,
      );
    },
  );

  it("fails for names too long for AWS", () => {
    expect(() => load("project: a-project-with-a-very-long-name", { WORKBENCH_ENV: "test" })).not.toThrow();
    const directory = settingsFolder("");
    const name = "environment-with-a-very-long-name";
    writeFileSync(join(directory, `${name}.yaml`), "");
    expect(() =>
      loadSettings({ directory, environment: { WORKBENCH_ENV: name, WORKBENCH_PROJECT: "a-long-project" } }),
    ).toThrow(
      "WORKBENCH_ENV: expected project and environment to have at most 43 characters together, " +
        `got 48 in "a-long-project-${name}"; shorten either`,
    );
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
      'settings/test.yaml: expected sections of settings, got "just text"; settings/default.yaml shows the sections',
    );
  });
});
