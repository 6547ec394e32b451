import { describe, expect, it } from "vitest";
import { stacksOf } from "../../app";
import { parseCdktfCommand } from "../../guards/cdktf-command";
import { refuseLocalSettingsElsewhere, refuseProtectedDestroy } from "../../guards/protection";
import { appWith, settingsWith } from "../stacks/synthesize";

function run(command: string, values: Readonly<Record<string, string>> = {}): void {
  const parsed = parseCdktfCommand(command.split(" "));
  if (!parsed) throw new Error(`no cdktf command: ${command}`);
  refuseProtectedDestroy(parsed, stacksOf(appWith(values)));
}

describe("refuseProtectedDestroy", () => {
  it.each(["cdktf destroy ebs", "cdktf destroy ec2 ebs", "cdktf destroy e*"])("fails: %s", (command) => {
    expect(() => run(command)).toThrow(
      "destroy: the data volume is protected by ebs.preventDestroy, so nothing was destroyed; to retire it on purpose, run `npx cdktf destroy ec2`, then `WORKBENCH_EBS_PREVENT_DESTROY=false npx cdktf destroy ebs` (a final snapshot is kept, if ebs.finalSnapshot was true when ebs was last deployed).",
    );
  });

  it.each(["cdktf destroy state", "cdktf destroy *"])("fails, for the state bucket: %s", (command) => {
    expect(() => run(command)).toThrow("the state bucket is protected by state.preventDestroy");
  });

  it("says when no snapshot would be kept", () => {
    expect(() => run("cdktf destroy ebs", { EBS_FINAL_SNAPSHOT: "false" })).toThrow("no snapshot is kept");
  });

  it.each(["cdktf destroy ec2", "cdktf deploy ebs", "cdktf diff ebs"])("allows: %s", (command) => {
    expect(() => run(command)).not.toThrow();
  });

  it("allows what the settings no longer protect", () => {
    expect(() => run("cdktf destroy ebs", { EBS_PREVENT_DESTROY: "false" })).not.toThrow();
  });
});

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
        /^WORKBENCH_ENV: expected an environment of your own for a real account, got "local"/,
      );
    },
  );

  it("allows the local AWS, and whatever changes nothing", () => {
    expect(() => run("cdktf deploy ebs", "http://127.0.0.1:4760")).not.toThrow();
    expect(() => run("cdktf diff ebs")).not.toThrow();
    expect(() => run("cdktf synth")).not.toThrow();
  });
});
