import { describe, expect, it } from "vitest";
import { parseCdktfCommand } from "../../guards/cdktf-command";
import { requireSshAllowFrom } from "../../guards/ssh-allow-from";
import { loadSettings } from "../../settings/load/load";
import { only, settingsWith, synthesize } from "../stacks/synthesize";

const run = (words: string, settings = settingsWith({ SSH_ALLOW_FROM: "[]" })) =>
  requireSshAllowFrom(parseCdktfCommand(words.split(" ")), settings);

describe("requireSshAllowFrom", () => {
  it.each(["cdktf deploy ec2", "cdktf deploy ebs ec2", "cdktf diff *", "cdktf synth", "node main.ts"])(
    "fails when nobody may connect: %s",
    (words) => {
      expect(() => run(words)).toThrow(
        /^ssh\.allowFrom: expected at least one CIDR block that may connect to the machine, such as your own address as 203\.0\.113\.7\/32, got \[\]; set it in settings\/local\.yaml, or set WORKBENCH_SSH_ALLOW_FROM\.$/,
      );
    },
  );

  it("fails without an environment, and says how to write one", () => {
    expect(() => run("cdktf deploy ec2", loadSettings({ environment: {} }))).toThrow(
      "got []; write settings/<name>.yaml and set WORKBENCH_ENV=<name>, or set WORKBENCH_SSH_ALLOW_FROM.",
    );
  });

  it.each(["cdktf list", "cdktf deploy ebs", "cdktf deploy state ebs", "cdktf destroy ebs", "cdktf output state"])(
    "allows what has nothing to do with ec2: %s",
    (words) => {
      expect(() => run(words)).not.toThrow();
    },
  );

  it("allows everything when somebody may connect", () => {
    expect(() => run("cdktf deploy ec2", settingsWith())).not.toThrow();
  });
});

describe("stack ec2, written for a command that does not concern it", () => {
  it("lets nobody in, and is refused by Terraform with the same sentence", () => {
    const { resource } = synthesize("ec2", { SSH_ALLOW_FROM: "[]" });
    expect(resource).not.toHaveProperty("aws_vpc_security_group_ingress_rule");
    expect(only(resource, "aws_instance").lifecycle.precondition).toContainEqual({
      condition: '${path.module == ""}',
      error_message: expect.stringMatching(/^ssh\.allowFrom: expected at least one CIDR block/),
    });
  });
});
