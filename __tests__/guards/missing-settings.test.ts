import { describe, expect, it } from "vitest";
import { parseCdktfCommand } from "../../guards/cdktf-command";
import { refuseMissingSettings } from "../../guards/missing-settings";

const first = "ssh.allowFrom: expected at least one CIDR block, got [].";
const second = "other.setting: expected a name, got null.";

function run(words: string): void {
  const command = parseCdktfCommand(words.split(" "));
  if (!command) throw new Error(`no cdktf command: ${words}`);
  refuseMissingSettings(command, [
    { name: "ready", missing: [] },
    { name: "unready", missing: [first] },
    { name: "unready-too", missing: [first, second] },
  ]);
}

describe("refuseMissingSettings", () => {
  it.each(["cdktf deploy unready", "cdktf apply ready unready", "cdktf diff unready", "cdktf plan u*y"])(
    "fails for a command that names the stack: %s",
    (words) => {
      expect(() => run(words)).toThrow(first);
    },
  );

  it("fails with every sentence, each once", () => {
    expect(() => run("cdktf deploy *")).toThrow(new Error(`${first}\n${second}`));
  });

  it.each([
    ["names another stack", "cdktf deploy ready"],
    ["writes every stack", "cdktf synth"],
    ["lists the stacks", "cdktf list"],
    ["destroys, which needs nothing set", "cdktf destroy unready"],
    ["reads what was deployed", "cdktf output unready"],
  ])("allows a command that %s", (_, words) => {
    expect(() => run(words)).not.toThrow();
  });
});
