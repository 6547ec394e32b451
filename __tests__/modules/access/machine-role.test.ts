import { describe, expect, it } from "vitest";
import { MachineRole } from "../../../modules/access/machine-role";
import { only, type TerraformJson } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const made = (partition = "aws", systemsManager?: boolean): TerraformJson["resource"] =>
  synthesizeModule((stack) => {
    const description = "What the machine may do on AWS";
    new MachineRole(stack, "role", { name: "machine", description, partition, systemsManager });
  }).resource;

describe("MachineRole", () => {
  it("is for EC2 alone", () => {
    expect(JSON.parse(only(made(), "aws_iam_role").assume_role_policy).Statement).toEqual([
      { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "ec2.amazonaws.com" } },
    ]);
  });

  it("has Systems Manager's policy, of the account's own partition, and no other", () => {
    expect(only(made("aws-cn"), "aws_iam_role_policy_attachment").policy_arn).toBe(
      "arn:aws-cn:iam::aws:policy/AmazonSSMManagedInstanceCore",
    );
    expect(made()).not.toHaveProperty("aws_iam_role_policy");
  });

  it("has no policy at all without Systems Manager, whose policy allows to read every parameter", () => {
    expect(made("aws", false)).not.toHaveProperty("aws_iam_role_policy_attachment");
  });

  it("reaches a machine through its instance profile", () => {
    expect(only(made(), "aws_iam_instance_profile")).toMatchObject({
      name: "machine",
      role: "${aws_iam_role.role.name}",
    });
  });
});
