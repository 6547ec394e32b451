import { describe, expect, it } from "vitest";
import { limitRoles } from "../../../modules/access/permissions-boundary";
import { assumeRolePolicy } from "../../../modules/access/policy-documents";
import { Role } from "../../../modules/access/role";
import { stackNames, synthesize } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const limit = "arn:aws:iam::123456789012:policy/limit";

it("limits roles that are made later, too", () => {
  const { resource } = synthesizeModule((stack) => {
    limitRoles(stack, limit);
    new Role(stack, "role", { name: "any", description: "Any", trustPolicy: assumeRolePolicy("ec2.amazonaws.com") });
  });
  expect(resource["aws_iam_role"]?.["role"].permissions_boundary).toBe(limit);
});

describe.each(stackNames.filter((name) => name !== "state"))("the roles of %s", (stack) => {
  const boundaries = (values: Readonly<Record<string, string>>) =>
    Object.values(synthesize(stack, values).resource["aws_iam_role"] ?? {}).map((role) => role.permissions_boundary);

  it("have the boundary of the settings", () => {
    const found = boundaries({ AWS_PERMISSIONS_BOUNDARY_ARN: limit });
    expect(found.length).toBeGreaterThan(0);
    expect(new Set(found)).toEqual(new Set([limit]));
  });

  it("have none by default", () => {
    expect(new Set(boundaries({}))).toEqual(new Set([undefined]));
  });
});
