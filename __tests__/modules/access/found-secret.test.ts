import { describe, expect, it } from "vitest";
import { FoundSecret } from "../../../modules/access/found-secret";
import { Role } from "../../../modules/access/role";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const { data, resource } = synthesizeModule((stack) => {
  const role = new Role(stack, "role", { name: "role", description: "A reader's", trustPolicy: "{}" });
  new FoundSecret(stack, "admin", { name: "workbench-admin", fix: "deploy it" }).grantRead(role);
});

describe("FoundSecret", () => {
  it("fails a plan with the fix if there is none of exactly this name", () => {
    expect(only(data, "aws_secretsmanager_secrets")).toMatchObject({
      filter: [{ name: "name", values: ["workbench-admin"] }],
      lifecycle: {
        postcondition: [
          {
            condition: '${contains(self.names, "workbench-admin")}',
            error_message: "secret: expected one named workbench-admin, got none; deploy it.",
          },
        ],
      },
    });
  });

  it("lets a reader read its value, and nothing else", () => {
    const { name, policy } = only(resource, "aws_iam_role_policy");
    expect(name).toBe("read_admin");
    const found = "data.aws_secretsmanager_secrets.admin.arns";
    const named = 'endswith(substr(arn, 0, length(arn) - 7), ":secret:workbench-admin")';
    expect(policy).toContain(`"Resource":["\${coalesce(one([for arn in ${found} : arn if ${named}]), "none")}"]`);
    expect(policy.match(/"Action":\[[^\]]*\]/g)).toEqual(['"Action":["secretsmanager:GetSecretValue"]']);
  });
});
