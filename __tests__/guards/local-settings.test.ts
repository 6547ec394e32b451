import { describe, expect, it } from "vitest";
import { parseCdktfCommand } from "../../guards/cdktf-command";
import { refuseLocalSettingsElsewhere } from "../../guards/local-settings";
import { settingsWith } from "../stacks/synthesize";

describe("refuseLocalSettingsElsewhere", () => {
  const run = (words: string, endpoint?: string) => {
    const command = parseCdktfCommand(words.split(" "));
    if (!command) throw new Error(`no cdktf command: ${words}`);
    refuseLocalSettingsElsewhere(command, settingsWith(), endpoint);
  };

  it.each([undefined, "https://ec2.eu-west-1.amazonaws.com", "http://127.0.0.1.example.com"])(
    "fails: deploy to %s",
    (endpoint) => {
      expect(() => run("cdktf deploy ebs", endpoint)).toThrow(
        /^WORKBENCH_ENV: expected an environment of your own for a real account, got "local"\. Write .*\. Or run .*\.$/,
      );
    },
  );

  it("allows the local AWS, and commands that change nothing", () => {
    expect(() => run("cdktf deploy ebs", "http://127.0.0.1:4760")).not.toThrow();
    expect(() => run("cdktf diff ebs")).not.toThrow();
    expect(() => run("cdktf synth")).not.toThrow();
  });
});
