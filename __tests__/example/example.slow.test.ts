import { execFileSync } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { checkout, synthesizeIn } from "../checkout";
import { only, protectedIn, type TerraformJson } from "../stacks/synthesize";
import { archive as archiveDefinition } from "./archive/definition";
import { archiveData } from "./archive-data/definition";

describe("the example, synthesized", () => {
  let directory: string;
  let archive: TerraformJson;
  let data: TerraformJson;

  beforeAll(() => {
    directory = checkout();
    cpSync(__dirname, join(directory, "__tests__", "example"), { recursive: true });
    const [, command = ""] =
      /^(npx tsx \S+)/m.exec(readFileSync(join(__dirname, "archive", "README.md"), "utf8")) ?? [];
    execFileSync("bash", ["-c", command], { cwd: directory });
    const written = synthesizeIn(directory);
    const json = (stack: string): TerraformJson => JSON.parse(written[`/stacks/${stack}/cdk.tf.json`] ?? "");
    archive = json("archive");
    data = json("archive-data");
  });

  it("has its lines in stacks/index.ts where Biome wants them", () => {
    const biome = join(directory, "node_modules", ".bin", "biome");
    execFileSync(biome, ["check", "--vcs-enabled=false", "stacks/index.ts"], { cwd: directory });
  });

  it("says what to do when there are fewer volumes than it wants", () => {
    const written = synthesizeIn(directory, { WORKBENCH_ARCHIVE_VOLUMES: "3" });
    const { volumes_all } = JSON.parse(written["/stacks/archive/cdk.tf.json"] ?? "").data.aws_ebs_volumes;
    const [{ error_message }] = volumes_all.lifecycle.postcondition;
    expect(error_message).toMatch(/^archive\.volumes: expected 3 data volumes /);
    expect(error_message).toMatch(
      /deploy archive-data archive` with archive-data\.volumes at 3 or more, or lower archive\.volumes\.$/,
    );
  });

  it("protects the volumes and the key", () => {
    const { aws_ebs_volume, aws_secretsmanager_secret } = data.resource;
    for (const blocks of [aws_ebs_volume, aws_secretsmanager_secret]) {
      expect(Object.values(blocks ?? {}).map(({ lifecycle }) => lifecycle.prevent_destroy)).toEqual([true]);
    }
  });

  it("says in keeps how to retire what is protected, and protects nothing else", () => {
    expect(archiveData.keeps).toBeDefined();
    expect(archiveDefinition.keeps).toBeUndefined();
    expect(protectedIn(archive)).toEqual([]);
  });

  it("deletes the key at once when it must, so that the next deploy gets its name", () => {
    expect(only(data.resource, "aws_secretsmanager_secret").recovery_window_in_days).toBe(0);
  });

  it("finds the key by the name that it has", () => {
    const { name } = only(data.resource, "aws_secretsmanager_secret");
    expect(only(archive.data, "aws_secretsmanager_secrets").filter).toEqual([{ name: "name", values: [name] }]);
  });

  it("lets the host read its scripts, one parameter and one secret, and do nothing else", () => {
    const policies = Object.values(archive.resource["aws_iam_role_policy"] ?? {});
    const ofHost = policies.filter(({ role }) => role === "${aws_iam_role.role.name}");
    // An expression has quotes of its own, which Terraform reads before anybody reads the JSON.
    const readable = (policy: string): string =>
      policy.replaceAll(/\$\{[^}]*\}/g, (expression) => expression.replaceAll('"', "'"));
    const allowed = ofHost.flatMap(({ policy }) => JSON.parse(readable(policy)).Statement);
    const allows = (action: string, resource: string) => ({
      Effect: "Allow",
      Action: [action],
      Resource: [expect.stringContaining(resource)],
    });
    expect(allowed).toHaveLength(3);
    expect(allowed).toContainEqual(allows("s3:GetObject", "aws_s3_bucket.bundles.arn"));
    expect(allowed).toContainEqual(allows("ssm:GetParameter", "aws_ssm_parameter.title.arn"));
    expect(allowed).toContainEqual(allows("secretsmanager:GetSecretValue", "data.aws_secretsmanager_secrets.key.arns"));
    expect(archive.resource).not.toHaveProperty("aws_iam_role_policy_attachment");
  });

  it("reaches each service through an endpoint whose policy lets nobody carry data to another account", () => {
    const endpoints = Object.values(archive.resource["aws_vpc_endpoint"] ?? {});
    expect(endpoints.map(({ tags }) => tags.Name).sort()).toEqual(
      ["s3", "secretsmanager", "ssm"].map((service) => `workbench-local-archive-${service}`),
    );
    for (const { policy } of endpoints) {
      expect(JSON.parse(policy).Statement).toEqual([expect.objectContaining({ Sid: "OwnAccount" })]);
    }
    const services = Object.values(archive.data["aws_vpc_endpoint_service"] ?? {});
    expect(services.map(({ service }) => service).sort()).toEqual(["s3", "secretsmanager", "ssm"]);
  });

  it("makes the host only once it reaches each of them, and lets it go before they do", () => {
    const waitsFor = only(archive.resource, "aws_instance").depends_on;
    for (const service of ["s3", "secretsmanager", "ssm"]) {
      expect(waitsFor).toContain(`aws_vpc_endpoint.vpc_${service}_endpoint`);
    }
  });

  it("describes every output", () => {
    for (const output of [...Object.values(archive.output), ...Object.values(data.output)]) {
      expect(output.description).toMatch(/\.$/);
    }
  });
});
