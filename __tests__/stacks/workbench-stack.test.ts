import { EbsVolume } from "@cdktf/provider-aws/lib/ebs-volume";
import { App } from "cdktf";
import { Construct } from "constructs";
import { describe, expect, it } from "vitest";
import { WorkbenchStack } from "../../stacks/workbench-stack";
import { settingsWith, stackNames, synthesize } from "./synthesize";

describe("every stack", () => {
  it.each(stackNames)("%s tags what it makes with project, environment and stack", (stack) => {
    const [provider] = synthesize(stack, { TAGS: "{ Team: data }" }).provider["aws"] ?? [];
    expect(provider?.["default_tags"]).toEqual([
      { tags: { Team: "data", Project: "workbench", Environment: "local", Stack: stack } },
    ]);
  });

  it("keeps its state in a file below the project by default", () => {
    expect(synthesize("ebs").terraform["backend"]?.["local"]?.["path"]).toMatch(/state\/local\/ebs\.tfstate$/);
  });

  it("keeps its state in S3, locked and encrypted, when a bucket is set", () => {
    expect(synthesize("ebs", { STATE_BUCKET: "my-states" }).terraform["backend"]?.["s3"]).toEqual({
      bucket: "my-states",
      encrypt: true,
      key: "workbench/local/ebs.tfstate",
      region: "eu-west-1",
      use_lockfile: true,
    });
  });

  it("keeps its state in the bucket's own region, where stack state makes the bucket", () => {
    const values = { STATE_BUCKET: "my-states", STATE_REGION: "eu-central-1" };
    const region = (stack: string) => synthesize(stack, values).provider["aws"]?.[0]?.["region"];
    expect(synthesize("ebs", values).terraform["backend"]?.["s3"]).toMatchObject({ region: "eu-central-1" });
    expect([region("state"), region("ebs"), region("ec2")]).toEqual(["eu-central-1", "eu-west-1", "eu-west-1"]);
  });

  it("leaves the state of the bucket itself in a file", () => {
    expect(synthesize("state", { STATE_BUCKET: "my-states" }).terraform["backend"]).toHaveProperty("local");
  });

  it("pins the provider to the version that its types were made from", () => {
    expect(synthesize("ebs").terraform["required_providers"]).toEqual({ aws: { source: "aws", version: "5.100.0" } });
  });
});

class TestStack extends WorkbenchStack {
  constructor(scope: Construct, missing: readonly string[] = []) {
    super(scope, { definition: { name: "test" }, settings: settingsWith(), missing, dependents: [] });
  }
}

it("writes a sentence about a missing setting as text, whatever is in it", () => {
  const stack = new TestStack(new App(), ["expected a name, got ${var.name}; set it."]);
  const condition = stack.toTerraform().resource.terraform_data.place.lifecycle.precondition.at(-1);
  expect(condition.error_message).toBe("expected a name, got $${var.name}; set it.");
});

describe("addresses", () => {
  const volume = (scope: Construct, id: string): string => {
    const made = new EbsVolume(scope, id, { availabilityZone: "eu-west-1a", size: 1 });
    return `${made.terraformResourceType}.${made.friendlyUniqueId}`;
  };

  it("are the construct path, without a hash", () => {
    const group = new Construct(new TestStack(new App()), "group");
    expect(volume(group, "this")).toBe("aws_ebs_volume.group");
    expect(volume(group, "second")).toBe("aws_ebs_volume.group_second");
  });

  it("fails when two constructs would share one", () => {
    const stack = new TestStack(new App());
    const first = volume(new Construct(stack, "a_b"), "c");
    expect(first).toBe("aws_ebs_volume.a_b_c");
    expect(() => volume(new Construct(stack, "a"), "b_c")).toThrow(
      "aws_ebs_volume.a_b_c: expected one construct for each Terraform address, " +
        "got test/a_b/c and test/a/b_c; rename one",
    );
  });
});
