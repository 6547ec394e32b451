import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkovPython } from "../../scripts/setup/python-env";
import { projectRoot } from "../../scripts/support/project";
import { ApiOnly } from "../scripts/npm/api-only";
import { stackNames } from "./synthesize";

/** What checkov says of one plan. */
interface Scan {
  readonly passed: readonly string[];
  readonly failed: readonly string[];
  readonly problems: number;
  readonly resources: number;
}

/** The plan of every stack as a review scans it, in a local AWS that has what stacks find, and nothing else. */
const makePlans = (folder: string) => `
set -euo pipefail
cd ${projectRoot}
for name in data ecs-data; do
  aws ec2 create-volume --size 1 --availability-zone eu-west-1a --tag-specifications \
    "ResourceType=volume,Tags=[{Key=Name,Value=workbench-local-$name},{Key=Project,Value=workbench},{Key=Environment,Value=local},{Key=Complete,Value=true}]"
done
for service in couchdb grand-central; do
  aws ecr create-repository --repository-name workbench-local-$service
  aws ssm put-parameter --name /workbench-local/ecs/$service/image --type String --value none
done
aws secretsmanager create-secret --name workbench-local-ecs-data-couchdb-password --secret-string none
export WORKBENCH_ECS_HOST_IMAGE_SOURCE=amazon WORKBENCH_ECS_ROOT_VOLUME_SIZE_GIB=30
export WORKBENCH_ECS_COUCHDB_IMAGE=public.ecr.aws/docker/library/couchdb@sha256:${"0".repeat(64)}
node --import tsx main.ts
for stack in ${stackNames.join(" ")}; do
  cd "$CDKTF_OUTDIR/stacks/$stack"
  terraform init -input=false
  terraform plan -input=false -out=plan
  terraform show -json plan > ${folder}/$stack.json
done`;

async function scan(file: string): Promise<Scan> {
  const args = ["-m", "checkov.main", "--file", file, "--framework", "terraform_plan", "--skip-download"];
  const { stdout } = await execa(checkovPython, [...args, "--output", "json", "--compact", "--soft-fail"], {
    env: { PATH: process.env["PATH"], HOME: path.dirname(file) },
    extendEnv: false,
  });
  const { results, summary } = JSON.parse(stdout);
  const ids = (checks: { check_id: string }[]) => checks.map(({ check_id }) => check_id);
  return {
    passed: ids(results.passed_checks),
    failed: ids(results.failed_checks),
    problems: summary.parsing_errors,
    resources: summary.resource_count,
  };
}

const reason = existsSync(checkovPython) ? undefined : "checkov is not installed";

describe.skipIf(reason !== undefined)(`checkov reads the plans${reason ? ` (${reason})` : ""}`, () => {
  let user: ApiOnly;
  let folder: string;
  const scans = new Map<string, Scan>();
  const scanOf = (stack: string): Scan => {
    const found = scans.get(stack);
    if (found === undefined) throw new Error(`expected a scan of ${stack}, got none`);
    return found;
  };
  beforeAll(async () => {
    user = await ApiOnly.make();
    folder = path.join(user.folder, "plans");
    mkdirSync(folder);
    const { exitCode, all } = await user.run("local", ["bash", "-c", makePlans(folder)]);
    if (exitCode !== 0) throw new Error(String(all).slice(-3000));
    for (const stack of stackNames) scans.set(stack, await scan(path.join(folder, `${stack}.json`)));
  });
  afterAll(() => user?.remove());

  it.each(stackNames)("of %s, with checks of its resources", (stack) => {
    const { passed, problems, resources } = scanOf(stack);
    expect(problems).toBe(0);
    expect(resources).toBeGreaterThan(0);
    expect(passed.length).toBeGreaterThan(5);
  });

  it("and fails the checks that README names, and no other", () => {
    const named = readFileSync(path.join(projectRoot, "README.md"), "utf8").match(/CKV\d?_AWS_\d+/g);
    const failed = stackNames.flatMap((stack) => scanOf(stack).failed);
    expect([...new Set(failed)].sort()).toEqual([...new Set(named)].sort());
  });

  it.each([
    ["ebs", "CKV_AWS_3", /"encrypted":true/g, '"encrypted":false'],
    ["ec2", "CKV_AWS_79", /"http_tokens":"required"/g, '"http_tokens":"optional"'],
    ["state", "CKV_AWS_53", /"block_public_acls":true/g, '"block_public_acls":false'],
  ])("and finds what is wrong in one of %s: %s", async (stack, check, right, wrong) => {
    const file = path.join(folder, `${stack}.json`);
    const changed = path.join(folder, `${stack}-wrong.json`);
    writeFileSync(changed, readFileSync(file, "utf8").replaceAll(right, wrong));
    expect(scanOf(stack).failed).not.toContain(check);
    expect((await scan(changed)).failed).toContain(check);
  });
});
