import { readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { projectRoot } from "../../../scripts/support/project";
import { ApiOnly } from "../../scripts/npm/api-only";

/** An account's whole life with a deployer. `$1` is the folder for what the commands say. */
const life = `
set -euo pipefail
export WORKBENCH_STATE_DIRECTORY=$(realpath --relative-to=${projectRoot} "$1/states")
export WORKBENCH_STATE_PREVENT_DESTROY=false WORKBENCH_STATE_DEPLOYER_REPOSITORY=octocat@12/data@34
stack() {
  (cd ${projectRoot} && node --import tsx main.ts)
  cd "$CDKTF_OUTDIR/stacks/state"
}
apply() { terraform apply -input=false -no-color -auto-approve > "$1"; }
plan() { terraform plan -input=false -no-color -detailed-exitcode > "$1"; }
WORKBENCH_STATE_DEPLOYER_REPOSITORY= stack
terraform init -input=false
apply "$1/without"
stack
apply "$1/with"
plan "$1/quiet"
aws iam list-roles --path-prefix /deployer/ > "$1/roles.json"
aws iam list-open-id-connect-providers > "$1/providers.json"
WORKBENCH_STATE_DEPLOYER_REPOSITORY= stack
apply "$1/without-again"
aws iam list-roles --path-prefix /deployer/ > "$1/roles-left.json"
aws iam list-open-id-connect-providers > "$1/providers-left.json"`;

describe("a deployer, deployed", () => {
  let user: ApiOnly;
  const said = (name: string): string => readFileSync(path.join(user.folder, name), "utf8");
  const json = (name: string) => JSON.parse(said(name));
  beforeAll(async () => {
    user = await ApiOnly.make();
    const { exitCode, all } = await user.run("local", ["bash", "-c", life, "life", user.folder]);
    if (exitCode !== 0) throw new Error(String(all).slice(-3000));
  });
  afterAll(() => user?.remove());

  it("adds three roles and a provider to a bucket that stays as it was", () => {
    expect(said("with")).toMatch(/Resources: \d+ added, 0 changed, 0 destroyed/);
    expect(
      json("roles.json")
        .Roles.map(({ Arn }: { Arn: string }) => Arn.split(":").at(-1))
        .sort(),
    ).toEqual(["deploy", "plan", "release"].map((name) => `role/deployer/workbench-local-${name}`));
    expect(json("providers.json").OpenIDConnectProviderList).toHaveLength(1);
  });

  it("leaves a quiet plan", () => {
    expect(said("quiet")).toContain("No changes.");
  });

  it("leaves the bucket alone when the setting goes", () => {
    expect(said("without-again")).toMatch(/Resources: 0 added, 0 changed, \d+ destroyed/);
    expect(json("roles-left.json").Roles).toEqual([]);
    expect(json("providers-left.json").OpenIDConnectProviderList).toEqual([]);
  });
});
