import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { buildApp } from "../app";
import { parseCdktfCommand } from "../guards/cdktf-command";
import { checkout, synthesizeIn } from "./checkout";
import { stacks as loaded, settingsWith, stackNames } from "./stacks/synthesize";
import { temporaryFolder } from "./temporary-folder";

describe("synthesis", () => {
  it("gives the same bytes in two checkouts, at two times, for two users", () => {
    const first = synthesizeIn(checkout());
    const second = synthesizeIn(checkout(), { TZ: "Asia/Tokyo", LANG: "de_DE.UTF-8", USER: "somebody" });
    expect(Object.keys(first)).toEqual(
      expect.arrayContaining(stackNames.map((name) => join("/stacks", name, "cdk.tf.json"))),
    );
    expect(second).toEqual(first);
  });

  it("writes no absolute path of this computer", () => {
    const directory = checkout();
    const text = Object.entries(synthesizeIn(directory)).filter(([path]) => path.endsWith(".json"));
    for (const [path, content] of text) expect(content, path).not.toContain(directory);
  });

  it("forgets the backend of another environment", () => {
    const directory = checkout();
    const terraform = join(directory, "cdktf.out", "stacks", "ebs", ".terraform");
    mkdirSync(terraform, { recursive: true });
    const backend = { type: "local", config: { path: "../../../state/mine/ebs.tfstate" } };
    writeFileSync(join(terraform, "terraform.tfstate"), JSON.stringify({ version: 3, backend }));
    synthesizeIn(directory);
    expect(readdirSync(terraform)).toEqual([]);
  });

  it.each([
    ["below a file", "/dev/null/out", "a path through something that is not a folder"],
    ["a file", "/dev/null", "a path through something that is not a folder: stacks"],
    ["in a file system without ordinary folders", "/proc/out", "no folder can be made there"],
    ["too long", `/tmp/${"x".repeat(300)}`, "a path that is too long"],
  ])("fails with one sentence and no stack trace if the folder for the output is %s", (_, folder, reason) => {
    expect(() => synthesizeIn(checkout(), { CDKTF_OUTDIR: folder })).toThrow(
      new Error(
        `cdktf.out: expected a folder that can be written, got ${folder} (${reason}); set CDKTF_OUTDIR to another\n`,
      ),
    );
  });

  it("fails with one sentence and no stack trace if a setting is wrong", () => {
    const wrong = () => synthesizeIn(checkout(), { WORKBENCH_SSH_PORT: "0" });
    expect(wrong).toThrow(
      /^one setting is wrong:\n {2}WORKBENCH_SSH_PORT: ssh\.port: expected a whole number from 1 to 65535, got 0\n$/,
    );
  });
});

describe("cdk.tf.json depends only on the settings", () => {
  const written = (command: string | undefined) => {
    const outdir = temporaryFolder("synth-");
    const settings = settingsWith({ EBS_PREVENT_DESTROY: "false", SSH_ALLOW_FROM: "[]" });
    buildApp(loaded, settings, {
      outdir,
      command: command ? parseCdktfCommand(command.split(" ")) : undefined,
    }).synth();
    return stackNames.map((name) => readFileSync(join(outdir, "stacks", name, "cdk.tf.json"), "utf8"));
  };
  const verbs = ["deploy", "apply", "destroy", "diff", "plan", "synth", "list", "output", "watch"];

  it.each(verbs.flatMap((verb) => [`cdktf ${verb}`, `cdktf ${verb} ebs ec2`]))("%s", (command) => {
    expect(written(command)).toEqual(written(undefined));
  });
});

describe("order of stacks", () => {
  const dependencies = (command?: string) => {
    const app = buildApp(loaded, settingsWith(), {
      outdir: temporaryFolder("synth-"),
      command: command ? parseCdktfCommand(command.split(" ")) : undefined,
    });
    app.synth();
    const { stacks } = JSON.parse(readFileSync(join(app.outdir, "manifest.json"), "utf8"));
    return stacks.ec2.dependencies;
  };

  it("ec2 waits for ebs when both are deployed at once", () => {
    expect(dependencies("cdktf deploy ebs ec2")).toEqual(["ebs"]);
  });

  it.each([undefined, "cdktf deploy ec2", "cdktf destroy ec2", "cdktf synth"])(
    "no stack waits for another: %s",
    (command) => {
      expect(dependencies(command)).toEqual([]);
    },
  );
});
