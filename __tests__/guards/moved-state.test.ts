import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseCdktfCommand } from "../../guards/cdktf-command";
import { refuseForgottenState } from "../../guards/moved-state";
import { temporaryFolder } from "../temporary-folder";

const aVolume = { resources: [{ type: "aws_ebs_volume" }] };

interface Situation {
  readonly state?: object;
  readonly recorded?: boolean;
  readonly stateInS3?: boolean;
  readonly command?: string;
}

/** Checks stack `ebs` with a state in S3. By default, it also has a state file without a record of its migration. */
function check({ state = aVolume, recorded = false, stateInS3 = true, command = "cdktf deploy ebs" }: Situation = {}) {
  const workingDirectory = temporaryFolder("stack-");
  const localStateFile = join(workingDirectory, "ebs.tfstate");
  writeFileSync(localStateFile, JSON.stringify(state));
  if (recorded) {
    mkdirSync(join(workingDirectory, ".terraform"));
    writeFileSync(join(workingDirectory, ".terraform", "terraform.tfstate"), "{}");
  }
  const stack = { node: { id: "ebs" }, workingDirectory, localStateFile, stateInS3 };
  return () => refuseForgottenState(parseCdktfCommand(command.split(" ")), [stack]);
}

describe("refuseForgottenState", () => {
  it.each<[string, Situation]>([
    ["a deploy", {}],
    ["a plan", { command: "cdktf diff ebs" }],
    ["no cdktf command, since Terraform may follow", { command: "node main.ts" }],
  ])("fails for %s while a file has a state without a record of its migration into the bucket", (_, situation) => {
    expect(check(situation)).toThrow(
      /^state\.bucket: expected .* ebs only in the bucket, got one in \S+ebs\.tfstate too, .* migrated\. To .*--migrate-state/,
    );
  });

  it.each<[string, Situation]>([
    ["Terraform itself knows where the state was", { recorded: true }],
    ["the file has no resources", { state: { resources: [] } }],
    ["the file is the state", { stateInS3: false }],
    ["another stack is deployed", { command: "cdktf deploy ec2" }],
    ["stacks are listed", { command: "cdktf list" }],
  ])("says nothing when %s", (_, situation) => {
    expect(check(situation)).not.toThrow();
  });
});
