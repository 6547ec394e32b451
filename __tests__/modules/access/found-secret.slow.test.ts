import { TerraformOutput } from "cdktf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FoundSecret } from "../../../modules/access/found-secret";
import { assumeRolePolicy } from "../../../modules/access/policy-documents";
import { Role } from "../../../modules/access/role";
import type { Build } from "../synthesize-module";
import { TerraformUser } from "../terraform-user";

/** A role for each secret, which may read it. */
const read =
  (...names: readonly string[]): Build =>
  (stack) => {
    const trustPolicy = assumeRolePolicy("ec2.amazonaws.com");
    for (const name of names) {
      const role = new Role(stack, `reader_of_${name}`, { name, description: "A reader's", trustPolicy });
      const secret = new FoundSecret(stack, name, { name, fix: "deploy it" });
      secret.grantRead(role);
      new TerraformOutput(stack, `arn_${name}`, { value: secret.arn, description: "The secret." });
    }
  };

/** Each begins with the one before. The last one ends as an ARN does. */
const names = ["admin", "admin-reader", "admin-reader-AbCdEf"];

describe("a secret that another stack made, planned", () => {
  let user: TerraformUser;
  const arns: Record<string, string> = {};

  beforeAll(async () => {
    user = await TerraformUser.start();
    for (const name of names) arns[name] = (await user.aws("secretsmanager", "create-secret", "--name", name)).ARN;
  });
  afterAll(() => user?.end());

  it("is the one of exactly its name, and a role may read its value alone", async () => {
    const output = await user.plan(read(...names));
    for (const name of names) {
      expect(output).toContain(`+ arn_${name} = "${arns[name]}"`);
      expect(output).toContain(
        `Action = [ + "secretsmanager:GetSecretValue", ] + Effect = "Allow" + Resource = [ + "${arns[name]}", ]`,
      );
    }
  });

  it("fails: none of exactly this name, in one sentence", async () => {
    const problems = await user.failToPlan(read("adm"));
    expect(problems).toEqual([expect.stringContaining("secret: expected one named adm, got none; deploy it.")]);
  });

  it("lets its readers be destroyed when it is gone", async () => {
    await user.applyAndDestroy(read("admin"), () =>
      user.aws("secretsmanager", "delete-secret", "--secret-id", "admin", "--force-delete-without-recovery"),
    );
  });
});
