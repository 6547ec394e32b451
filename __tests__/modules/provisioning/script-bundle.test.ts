import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { App, TerraformOutput } from "cdktf";
import { describe, expect, it } from "vitest";
import { MachineRole } from "../../../modules/access/machine-role";
import { ScriptBundle } from "../../../modules/provisioning/script-bundle";
import { PrivateBucket } from "../../../modules/storage/private-bucket";
import { terraformLiteral } from "../../../modules/terraform-literal";
import { only, type TerraformJson } from "../../stacks/synthesize";
import { temporaryFolder } from "../../temporary-folder";
import { synthesizeModule } from "../synthesize-module";

/** A bundle whose archive has these contents, what a machine's role may do, and its user data. */
function made(contents = "scripts"): { json: TerraformJson; sha256: string; outdir: string } {
  const file = join(temporaryFolder("scripts-"), "scripts.tar");
  writeFileSync(file, contents);
  const sha256 = createHash("sha256").update(contents).digest("hex");
  let outdir = "";
  const json = synthesizeModule((stack) => {
    outdir = App.of(stack).outdir;
    const bucket = new PrivateBucket(stack, "bundles", { name: { prefix: "test-" }, holds: "scripts" });
    const bundle = new ScriptBundle(stack, "scripts", { bucket, archive: { file, sha256, fetchProgram: "pass" } });
    bundle.grantRead(new MachineRole(stack, "role", { name: "host", description: "A host's", partition: "aws" }));
    const userData = bundle.userData(['bash "${BASH_VERSION}"']);
    new TerraformOutput(stack, "user_data", { value: terraformLiteral(userData) });
  });
  return { json, sha256, outdir };
}

describe("ScriptBundle", () => {
  it("uploads the archive from the stack's folder, under its hash", () => {
    const { json, sha256, outdir } = made();
    const { bucket, key, source } = only(json.resource, "aws_s3_object");
    expect({ bucket, key }).toEqual({ bucket: "${aws_s3_bucket.bundles.id}", key: `${sha256}.tar` });
    expect(source).toBe(`assets/scripts_archive/${sha256}/scripts.tar`);
    expect(readFileSync(join(outdir, "stacks/test", source), "utf8")).toBe("scripts");
  });

  it("makes changed scripts a new object, before the old one is gone", () => {
    expect(only(made("changed").json.resource, "aws_s3_object").key).not.toBe(
      only(made().json.resource, "aws_s3_object").key,
    );
    expect(only(made().json.resource, "aws_s3_object").lifecycle).toEqual({ create_before_destroy: true });
  });

  it("gives the object none of the provider's default tags, of which S3 accepts ten at most", () => {
    expect(only(made().json.resource, "aws_s3_object").override_provider).toEqual({ default_tags: { tags: {} } });
  });

  it("lets a role read exactly this object", () => {
    const { policy } = only(made().json.resource, "aws_iam_role_policy");
    const Resource = ["${aws_s3_bucket.bundles.arn}/${aws_s3_object.scripts.key}"];
    expect(JSON.parse(policy).Statement).toEqual([{ Effect: "Allow", Action: ["s3:GetObject"], Resource }]);
  });

  it("names bucket and object by reference in the user data, and leaves ${…} of commands to the shell", () => {
    const { json, sha256 } = made();
    const text = json.output["user_data"]?.value;
    expect(text).toContain(
      "python3 - '${aws_s3_bucket.bundles.bucket_regional_domain_name}' '${aws_s3_bucket.bundles.region}' " +
        `'\${aws_s3_object.scripts.key}' '${sha256}' <<'PYTHON'\npass\nPYTHON\n`,
    );
    expect(text).toContain('bash "$${BASH_VERSION}" || status=$?\n');
  });
});
