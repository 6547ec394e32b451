import { describe, expect, it } from "vitest";
import { parseCdktfCommand } from "../../guards/cdktf-command";
import { refuseUnknownStacks } from "../../guards/unknown-stacks";

function run(command: string, environment = "default"): void {
  const parsed = parseCdktfCommand(command.split(" "));
  if (!parsed) throw new Error(`no cdktf command: ${command}`);
  refuseUnknownStacks(parsed, [{ name: "ebs" }, { name: "ec2" }], environment);
}

describe("refuseUnknownStacks", () => {
  it.each(["cdktf deploy nosuch", "cdktf --log-level debug diff nosuch", "cdktf destroy --auto-approve nosuch"])(
    "fails, and lists the stacks: %s",
    (command) => {
      expect(() => run(command)).toThrow(
        /^cdktf (\w+): expected one of the stacks ebs, ec2, got "nosuch"; run `npx cdktf \1 <stack>`\.$/,
      );
    },
  );

  it.each(["deploy", "destroy", "diff", "output", "watch"])("fails without a stack: cdktf %s", (verb) => {
    expect(() => run(`cdktf ${verb} --auto-approve`)).toThrow(
      `cdktf ${verb}: expected one of the stacks ebs, ec2, got none; run \`npx cdktf ${verb} <stack>\`.`,
    );
  });

  it("fails with a command that goes to the local AWS, where the settings are its own", () => {
    expect(() => run("cdktf deploy", "local")).toThrow("run `npm run local -- npx cdktf deploy <stack>`.");
  });

  it.each([
    "cdktf deploy ec2",
    "cdktf deploy e*",
    "cdktf deploy --parallelism 2 ebs",
    "cdktf synth",
    "cdktf synth --output folder",
    "cdktf list",
  ])("allows: %s", (command) => {
    expect(() => run(command)).not.toThrow();
  });
});
