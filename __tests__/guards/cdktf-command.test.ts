import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseCdktfCommand } from "../../guards/cdktf-command";

const named = (argv: string[]) => {
  const command = parseCdktfCommand(argv);
  return [command?.verb, ...["state", "ebs", "ec2"].filter((stack) => command?.names(stack))];
};

describe("parseCdktfCommand", () => {
  it.each([
    [
      ["node", "/p/node_modules/.bin/cdktf", "deploy", "ebs", "ec2"],
      ["deploy", "ebs", "ec2"],
    ],
    [
      ["node", "/p/cdktf.js", "destroy", "--auto-approve", "ec2"],
      ["destroy", "ec2"],
    ],
    [
      ["cdktf", "deploy", "*"],
      ["deploy", "state", "ebs", "ec2"],
    ],
    [
      ["cdktf", "deploy", "e*"],
      ["deploy", "ebs", "ec2"],
    ],
    [
      ["cdktf", "--log-level", "debug", "destroy", "--parallelism", "1", "ebs"],
      ["destroy", "ebs"],
    ],
    [["cdktf", "synth"], ["synth"]],
    [["bash", "-c", "something else"], [undefined]],
    [["cdktf"], [undefined]],
  ])("%j", (argv, expected) => {
    expect(named(argv)).toEqual(expected);
  });
});

it.each([
  ["deploy", true],
  ["apply", true],
  ["destroy", true],
  ["watch", true],
  ["diff", false],
  ["plan", false],
  ["synth", false],
  ["list", false],
  ["output", false],
])("knows whether a command changes deployed resources: %s", (verb, changes) => {
  expect(parseCdktfCommand(["cdktf", verb, "ec2"])?.changes).toBe(changes);
});

it.each([
  ["cdktf deploy ec2", true],
  ["cdktf diff *", true],
  ["cdktf synth", true],
  ["cdktf synth ebs", true],
  ["cdktf deploy ebs state", false],
  ["cdktf destroy ebs", false],
  ["cdktf output state", false],
  ["cdktf list", false],
])("knows whether a command may affect ec2: %s", (words, concerns) => {
  expect(parseCdktfCommand(words.split(" "))?.concerns("ec2")).toBe(concerns);
});

/** Verb and words of the command that a process finds which is started by one with these arguments. */
function foundBelow(...argv: string[]): unknown {
  const source = join(__dirname, "../../guards/cdktf-command.ts");
  const program = `const { callingCdktfCommand } = require(${JSON.stringify(source)});
    const { verb, words } = callingCdktfCommand();
    console.log(JSON.stringify([verb, ...words]));`;
  const caller = `require("node:child_process").spawnSync(process.execPath, ["--import", "tsx", "-e", process.env.PROGRAM], { stdio: "inherit", shell: false });`;
  const { stdout } = spawnSync(process.execPath, ["-e", caller, "/somewhere/cdktf", ...argv], {
    env: { ...process.env, PROGRAM: program },
    encoding: "utf8",
  });
  return JSON.parse(stdout);
}

describe("callingCdktfCommand", () => {
  it.each([[["destroy", "ebs"]], [["deploy"]]])("finds the command in the calling process: %j", (argv) => {
    expect(foundBelow(...argv)).toEqual(argv);
  });

  // Elsewhere `ps` shows no empty argument.
  it.runIf(process.platform === "linux")("keeps an empty argument", () => {
    expect(foundBelow("deploy", "")).toEqual(["deploy", ""]);
  });
});
