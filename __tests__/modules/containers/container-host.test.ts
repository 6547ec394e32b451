import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { MachineImage } from "../../../modules/compute/machine-image";
import { ContainerHost } from "../../../modules/containers/container-host";
import { SecurityGroup } from "../../../modules/network/security-group";
import { Vpc } from "../../../modules/network/vpc";
import { ScriptBundle } from "../../../modules/provisioning/script-bundle";
import { planMounts } from "../../../modules/storage/mount-plan";
import { PrivateBucket } from "../../../modules/storage/private-bucket";
import { only } from "../../stacks/synthesize";
import { temporaryFolder } from "../../temporary-folder";
import { synthesizeModule } from "../synthesize-module";

const { resource } = synthesizeModule((stack) => {
  const zone = { value: "eu-west-1a", setting: "test.zone" };
  const vpc = new Vpc(stack, "vpc", {
    name: "test",
    cidrBlock: { value: "10.0.0.0/24", setting: "test.cidrBlock" },
    availabilityZones: { ...zone, value: [zone.value] },
  });
  const [mount] = planMounts([
    {
      volume: { id: "vol-1", sizeGiB: 1 },
      mountPoint: { value: "/data", setting: "test.mountPoint" },
      fileSystem: "ext4",
      owner: "root",
      mayFormat: true,
      waitSec: 120,
    },
  ]);
  if (mount === undefined) throw new Error("expected a mount");
  const file = join(temporaryFolder("host-"), "host.tar");
  writeFileSync(file, "scripts");
  new ContainerHost(stack, "host", {
    name: "test-ecs",
    partition: "aws",
    region: "eu-west-1",
    accountId: "123456789012",
    instanceType: "t3.micro",
    image: new MachineImage(stack, "image", { choice: { parameter: "/aws/service/ecs" } }),
    subnet: vpc.publicSubnetIn(zone),
    publicAddress: true,
    securityGroup: new SecurityGroup(stack, "group", { name: "host", description: "Of the host", vpc }),
    scripts: new ScriptBundle(stack, "scripts", {
      bucket: new PrivateBucket(stack, "bundles", { name: "bundles", holds: "scripts" }),
      archive: { file, sha256: "0f3a", fetchProgram: "pass" },
    }),
    mount,
    folders: [{ path: "/data/app", owner: 1000 }],
    snapshotBefore: ["app"],
    snapshotTags: { Name: "test-data" },
    stopTimeoutSec: 120,
    rootVolumeSizeGiB: 30,
    defaultTags: { Stack: "test" },
  });
});

describe("a container host", () => {
  const { user_data: userData } = only(resource, "aws_instance");

  it("binds Docker to the volume before it mounts the volume", () => {
    expect(userData).toMatch(/install-container-host .*'workbench-data-volume\.service'[\s\S]*install-data-volume/);
  });

  it("tells its scripts what they need", () => {
    const [, json = ""] = userData.match(/install-container-host '(\{.*\})' /) ?? [];
    expect(JSON.parse(json)).toEqual({
      region: "eu-west-1",
      cluster: "test-ecs",
      volume: { id: "vol-1", mountPoint: "/data" },
      folders: [{ path: "/data/app", owner: 1000 }],
      metrics: { namespace: "Workbench", dimension: { Cluster: "test-ecs" } },
      stopTimeoutSec: 120,
      gates: ["app"],
      tags: { Name: "test-data" },
    });
  });

  it("is made after its cluster, to which it registers, and gets a public address", () => {
    const instance = only(resource, "aws_instance");
    expect(instance.depends_on).toContain("aws_ecs_cluster.host_cluster");
    expect(instance.associate_public_ip_address).toBe(true);
  });

  it("may act on its own cluster, take snapshots of its own volume, and put metrics into one namespace", () => {
    const { aws_iam_role_policy: policies = {} } = resource;
    const { policy } = policies["host_role_statements"];
    const statements = JSON.parse(policy).Statement as { Action: string[]; Resource: string[]; Condition?: unknown }[];
    const of = (action: string) => statements.find(({ Action }) => Action.includes(action));
    expect(of("ecs:RegisterContainerInstance")?.Resource).toEqual(["${aws_ecs_cluster.host_cluster.arn}"]);
    expect(of("ecs:Poll")?.Condition).toEqual({ ArnEquals: { "ecs:cluster": "${aws_ecs_cluster.host_cluster.arn}" } });
    expect(of("ec2:CreateSnapshot")?.Resource).toContain("arn:aws:ec2:eu-west-1:123456789012:volume/vol-1");
    expect(of("cloudwatch:PutMetricData")?.Condition).toEqual({
      StringEquals: { "cloudwatch:namespace": "Workbench" },
    });
  });
});
