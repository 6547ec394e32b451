import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { DataResource } from "cdktf";
import { describe, expect, it } from "vitest";
import { MachineRole } from "../../../modules/access/machine-role";
import { Host } from "../../../modules/compute/host";
import { MachineImage } from "../../../modules/compute/machine-image";
import { cidrPeer } from "../../../modules/network/peer";
import { tcp } from "../../../modules/network/port";
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
    publicSubnets: false,
  });
  const securityGroup = new SecurityGroup(stack, "group", { name: "host", description: "Of the host", vpc });
  const role = new MachineRole(stack, "role", { name: "host", description: "Of the host", partition: "aws" });
  const file = join(temporaryFolder("host-"), "host.tar");
  writeFileSync(file, "scripts");
  new Host(stack, "host", {
    name: "host",
    instanceType: "t3.micro",
    image: new MachineImage(stack, "image", { choice: { owner: "self", name: "test", fix: "make one" } }),
    subnet: vpc.privateSubnetIn(zone),
    securityGroup,
    role,
    scripts: new ScriptBundle(stack, "scripts", {
      bucket: new PrivateBucket(stack, "bundles", { name: "bundles", holds: "scripts" }),
      archive: { file, sha256: "0f3a", fetchProgram: "pass" },
    }),
    commands: ['bash "${BASH_VERSION}"'],
    mounts: planMounts([
      {
        volume: { id: "vol-1", sizeGiB: 1 },
        mountPoint: { value: "/data", setting: "test.mountPoint" },
        fileSystem: "ext4",
        owner: "root",
        mayFormat: true,
        waitSec: 120,
      },
    ]),
    rootVolumeSizeGiB: 8,
    defaultTags: { Stack: "test" },
    dependsOn: [new DataResource(stack, "endpoint")],
  });
  // What is granted after the host is made counts, too.
  role.allow("late", [{ actions: ["s3:ListBucket"], resources: ["*"] }]);
  securityGroup.allowTo(cidrPeer("10.0.0.0/24"), tcp(443), "Late");
});
const instance = only(resource, "aws_instance");

describe("Host", () => {
  it("takes nobody's key, and metadata of version 2 alone", () => {
    expect(instance).not.toHaveProperty("key_name");
    expect(instance.metadata_options).toEqual({
      http_endpoint: "enabled",
      http_tokens: "required",
      http_put_response_hop_limit: 1,
    });
  });

  it("has an encrypted root volume with the stack's tags", () => {
    expect(instance.root_block_device).toMatchObject({
      encrypted: true,
      volume_size: 8,
      tags: { Stack: "test", Name: "host" },
    });
  });

  it("fetches its scripts with its role, runs the commands, and then mounts its volumes", () => {
    expect(resource["aws_iam_role_policy"]).toHaveProperty("role_read_scripts");
    expect(instance.user_data).toMatch(/bash "\$\$\{BASH_VERSION\}".*\n.*install-data-volume --volume-id 'vol-1'/);
    expect(only(resource, "aws_volume_attachment").instance_id).toBe("${aws_instance.host.id}");
  });

  it("is replaced when its scripts change, and not when there is a newer image", () => {
    expect(instance.user_data_replace_on_change).toBe(true);
    expect(instance.lifecycle.ignore_changes).toEqual(["ami"]);
  });

  it("is not deployed while somebody terminates it", () => {
    expect(instance.lifecycle.postcondition).toEqual([
      expect.objectContaining({ condition: '${self.instance_state != "shutting-down"}' }),
    ]);
  });

  it("is started once its volumes are attached, if a destroy was cut off after it had stopped the host", () => {
    expect(only(resource, "aws_ec2_instance_state")).toMatchObject({
      instance_id: "${aws_instance.host.id}",
      state: "running",
      depends_on: ["aws_volume_attachment.host_data_attachment"],
    });
  });

  it("is gone before its permissions, routes, rules and whatever else it needs, also what came later", () => {
    expect(instance.depends_on).toEqual(
      expect.arrayContaining([
        "aws_iam_role_policy.role_read_scripts",
        "aws_iam_role_policy.role_late",
        "aws_route_table_association.vpc_private_eu_west_1a_routes_association",
        "aws_vpc_security_group_egress_rule.group_to_10_0_0_0_24_tcp_443",
        "terraform_data.endpoint",
      ]),
    );
  });
});
