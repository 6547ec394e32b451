import { describe, expect, it } from "vitest";
import { parseCdktfCommand } from "../../guards/cdktf-command";
import { refuseUnknownStacks } from "../../guards/unknown-stacks";

function run(command: string): void {
  const parsed = parseCdktfCommand(command.split(" "));
  if (!parsed) throw new Error(`no cdktf command: ${command}`);
  refuseUnknownStacks(parsed, [{ name: "ebs" }, { name: "ec2" }]);
}

describe("refuseUnknownStacks", () => {
  it.each(["cdktf deploy nosuch", "cdktf --log-level debug diff nosuch", "cdktf destroy --auto-approve nosuch"])(
    "fails, and lists the stacks: %s",
    (command) => {
      expect(() => run(command)).toThrow(/^cdktf \w+: expected one of the stacks ebs, ec2, got "nosuch"\.$/);
    },
  );

  it.each(["cdktf deploy ec2", "cdktf deploy e*", "cdktf deploy --parallelism 2 ebs", "cdktf synth --output folder"])(
    "allows: %s",
    (command) => {
      expect(() => run(command)).not.toThrow();
    },
  );
});
