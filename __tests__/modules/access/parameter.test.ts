import { describe, expect, it } from "vitest";
import { Parameter } from "../../../modules/access/parameter";
import { Role } from "../../../modules/access/role";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const { resource } = synthesizeModule((stack) => {
  const role = new Role(stack, "role", { name: "role", description: "A reader's", trustPolicy: "{}" });
  const title = new Parameter(stack, "title", { name: "/test/title", description: "The title", value: "${not} ours" });
  title.grantRead(role);
});

describe("Parameter", () => {
  it("shows its value in plans, since it is no secret", () => {
    expect(only(resource, "aws_ssm_parameter")).toMatchObject({
      name: "/test/title",
      description: "The title",
      type: "String",
      insecure_value: "$${not} ours",
    });
  });

  it("lets a reader read its value, and nothing else", () => {
    const { name, policy } = only(resource, "aws_iam_role_policy");
    expect(name).toBe("read_title");
    expect(JSON.parse(policy).Statement).toEqual([
      { Effect: "Allow", Action: ["ssm:GetParameter"], Resource: ["${aws_ssm_parameter.title.arn}"] },
    ]);
  });
});
