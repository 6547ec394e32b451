import { describe, expect, it } from "vitest";
import { parseCdktfCommand } from "../../guards/cdktf-command";
import { refuseProtectedDestroy } from "../../guards/protection";
import { definitions, dependentsOf } from "../../stacks/definitions";
import { settingsWith } from "../stacks/synthesize";

function run(command: string, values: Readonly<Record<string, string>> = {}, environment = "local"): void {
  const parsed = parseCdktfCommand(command.split(" "));
  if (!parsed) throw new Error(`no cdktf command: ${command}`);
  const settings = settingsWith(values);
  refuseProtectedDestroy(
    parsed,
    definitions.map(({ name, keeps }) => ({ name, protection: keeps?.(settings), dependents: dependentsOf(name) })),
    environment,
  );
}

describe("refuseProtectedDestroy", () => {
  it.each(["cdktf destroy ebs", "cdktf destroy ec2 ebs", "cdktf destroy e*"])("fails: %s", (command) => {
    expect(() => run(command)).toThrow(
      "destroy: ebs.preventDestroy protects the data volume, so nothing was destroyed. " +
        "To retire it on purpose, run `npm run local -- npx cdktf destroy ec2`, " +
        "then `npm run local -- env WORKBENCH_EBS_PREVENT_DESTROY=false npx cdktf destroy ebs`. " +
        "A final snapshot is kept if ebs.finalSnapshot was true when ebs was last deployed.",
    );
  });

  it.each(["cdktf destroy state", "cdktf destroy *"])("fails, for the state bucket: %s", (command) => {
    expect(() => run(command)).toThrow("destroy: state.preventDestroy protects the state bucket");
  });

  it("names commands for a real account with the settings of one", () => {
    expect(() => run("cdktf destroy ebs", {}, "mine")).toThrow(
      "run `npx cdktf destroy ec2`, then `WORKBENCH_EBS_PREVENT_DESTROY=false npx cdktf destroy ebs`.",
    );
  });

  it("says when no snapshot would be kept", () => {
    expect(() => run("cdktf destroy ebs", { EBS_FINAL_SNAPSHOT: "false" })).toThrow("No snapshot is kept");
  });

  it.each(["cdktf destroy ec2", "cdktf deploy ebs", "cdktf diff ebs"])("allows: %s", (command) => {
    expect(() => run(command)).not.toThrow();
  });

  it("allows what the settings no longer protect", () => {
    expect(() => run("cdktf destroy ebs", { EBS_PREVENT_DESTROY: "false" })).not.toThrow();
  });
});
