import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { App } from "cdktf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ScriptBundle } from "../../../modules/provisioning/script-bundle";
import { PrivateBucket } from "../../../modules/storage/private-bucket";
import { ApiOnly } from "../../scripts/npm/api-only";
import { synthesizeModule } from "../synthesize-module";

const contents = { first: "scripts", second: "changed scripts" };
const keyOf = (text: string): string => `${createHash("sha256").update(text).digest("hex")}.tar`;

/** Writes the JSON of a bundle as `<name>.json`, and its asset, into a folder. Its state is in that folder. */
function synthesize(folder: string, name: keyof typeof contents): void {
  const file = path.join(folder, "scripts.tar");
  writeFileSync(file, contents[name]);
  let outdir = "";
  const { terraform, ...json } = synthesizeModule((stack) => {
    outdir = App.of(stack).outdir;
    const bucket = new PrivateBucket(stack, "bundles", {
      name: { prefix: "bundles-" },
      holds: "scripts",
      deleteObjects: true,
    });
    const sha256 = createHash("sha256").update(contents[name]).digest("hex");
    new ScriptBundle(stack, "scripts", { bucket, archive: { file, sha256, fetchProgram: "" } });
  });
  cpSync(path.join(outdir, "stacks/test/assets"), path.join(folder, "assets"), { recursive: true });
  const text = JSON.stringify({ ...json, terraform: { ...terraform, backend: undefined } });
  writeFileSync(path.join(folder, `${name}.json`), text);
}

const life = `
set -euo pipefail
cp first.json cdk.tf.json
terraform init -input=false
terraform apply -input=false -auto-approve
terraform plan -input=false -no-color -detailed-exitcode > empty.txt
cp second.json cdk.tf.json
terraform plan -input=false -out=plan
terraform show -json plan > plan.json
terraform apply -input=false plan
bucket=$(aws s3api list-buckets --query 'Buckets[].Name' --output text)
aws s3api list-objects-v2 --bucket "$bucket" --query 'Contents[].Key' > keys.json
aws s3api get-object --bucket "$bucket" --key "$(aws s3api list-objects-v2 --bucket "$bucket" --query "Contents[0].Key" --output text)" object
aws s3api put-object --bucket "$bucket" --key left-by-a-killed-run --body object
terraform destroy -input=false -auto-approve
aws s3api list-buckets --query Buckets > left.json`;

describe("a bundle of scripts, deployed", () => {
  let user: ApiOnly;
  let folder: string;
  const read = (name: string): string => readFileSync(path.join(folder, name), "utf8");

  beforeAll(async () => {
    user = await ApiOnly.make();
    folder = path.join(user.folder, "bundle");
    mkdirSync(folder);
    for (const name of ["first", "second"] as const) synthesize(folder, name);
    const { exitCode, all } = await user.run("local", ["bash", "-c", `cd ${folder}${life}`]);
    if (exitCode !== 0) throw new Error(String(all).slice(-3000));
  });
  afterAll(() => user?.remove());

  it("leaves a quiet plan", () => {
    expect(read("empty.txt")).toContain("No changes.");
  });

  it("is replaced by changed scripts only after those are there, and nothing else is", () => {
    const changes: { address: string; change: { actions: string[] } }[] = JSON.parse(
      read("plan.json"),
    ).resource_changes;
    const changed = changes.filter(({ change }) => change.actions.join() !== "no-op");
    expect(changed.map(({ address, change }) => [address, change.actions])).toEqual([
      ["aws_s3_object.scripts", ["create", "delete"]],
    ]);
  });

  it("is one object under its hash, with every byte", () => {
    expect(JSON.parse(read("keys.json"))).toEqual([keyOf(contents.second)]);
    expect(read("object")).toBe(contents.second);
  });

  it("leaves nothing when it is destroyed, also of what an earlier run left", () => {
    expect(JSON.parse(read("left.json"))).toEqual([]);
  });
});
