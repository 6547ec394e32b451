import { describe, expect, it } from "vitest";
import { GeneratedSecret, type GeneratedSecretProps } from "../../../modules/access/generated-secret";
import { Role } from "../../../modules/access/role";
import { only, type TerraformJson } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const password: GeneratedSecretProps = { name: "workbench-admin", holds: "the administrator's password" };
const ephemeral = "ephemeral.aws_secretsmanager_random_password.admin_value.random_password";

const made = (props: Partial<GeneratedSecretProps> = {}): TerraformJson =>
  synthesizeModule((stack) => void new GeneratedSecret(stack, "admin", { ...password, ...props }));

const generated = (json: TerraformJson) =>
  (json as unknown as Record<string, TerraformJson["data"]>)["ephemeral"]?.["aws_secretsmanager_random_password"] ?? {};

describe("GeneratedSecret", () => {
  it("gets its value from an ephemeral resource, through a write-only argument", () => {
    const json = made({ length: 20, excludeCharacters: "\"${'" });
    expect(generated(json)).toEqual({
      admin_value: { password_length: 20, exclude_characters: "\"$${'", require_each_included_type: true },
    });
    const version = only(json.resource, "aws_secretsmanager_secret_version");
    expect(version).toMatchObject({ secret_string_wo: `\${${ephemeral}}`, secret_string_wo_version: 1 });
    expect(version).not.toHaveProperty("secret_string");
  });

  it("is a JSON object with the name beside the password if there is one", () => {
    const version = only(made({ username: "admin" }).resource, "aws_secretsmanager_secret_version");
    expect(version.secret_string_wo).toBe(`\${jsonencode({"username" = "admin", "password" = ${ephemeral}})}`);
  });

  it("has a new value for a new version", () => {
    const version = only(made({ version: 2 }).resource, "aws_secretsmanager_secret_version");
    expect(version.secret_string_wo_version).toBe(2);
  });

  it("carries data: it says what, is protected, and can be restored for a while", () => {
    expect(only(made().resource, "aws_secretsmanager_secret")).toMatchObject({
      tags: { Name: "workbench-admin", Holds: "the administrator's password" },
      recovery_window_in_days: 30,
      lifecycle: { prevent_destroy: true },
    });
    const unprotected = made({ preventDestroy: false, recoveryWindowDays: 0 });
    expect(only(unprotected.resource, "aws_secretsmanager_secret")).toMatchObject({
      recovery_window_in_days: 0,
      lifecycle: { prevent_destroy: false },
    });
  });

  it("can be many in one stack, each with a value of its own", () => {
    const json = synthesizeModule((stack) => {
      for (const id of ["admin", "reader"]) new GeneratedSecret(stack, id, { ...password, name: id });
    });
    expect(Object.keys(generated(json))).toEqual(["admin_value", "reader_value"]);
  });

  describe("lets a reader", () => {
    const granted = (kmsKeyArn?: string) =>
      JSON.parse(
        only(
          synthesizeModule((stack) => {
            const role = new Role(stack, "role", { name: "role", description: "A reader's", trustPolicy: "{}" });
            new GeneratedSecret(stack, "admin", { ...password, kmsKeyArn }).grantRead(role);
          }).resource,
          "aws_iam_role_policy",
        ).policy,
      ).Statement;
    const arn = "${aws_secretsmanager_secret.admin.arn}";
    const read = { Effect: "Allow", Action: ["secretsmanager:GetSecretValue"], Resource: [arn] };

    it("read the value of this secret, and nothing else", () => {
      expect(granted()).toEqual([read]);
    });

    it("decrypt with a customer managed key what belongs to this secret", () => {
      const key = "arn:aws:kms:eu-west-1:123456789012:key/0123abcd";
      const Condition = { StringEquals: { "kms:EncryptionContext:SecretARN": arn } };
      expect(granted(key)).toEqual([read, { Effect: "Allow", Action: ["kms:Decrypt"], Resource: [key], Condition }]);
    });
  });
});
