import { EbsVolume } from "@cdktf/provider-aws/lib/ebs-volume";
import { KeyPair } from "@cdktf/provider-aws/lib/key-pair";
import { TerraformOutput } from "cdktf";
import { describe, expect, it } from "vitest";
import { MachineRole } from "../../../modules/access/machine-role";
import { DevelopmentMachine, type DevelopmentMachineProps } from "../../../modules/compute/development-machine";
import { MachineImage } from "../../../modules/compute/machine-image";
import { SecurityGroup } from "../../../modules/network/security-group";
import type { Subnet } from "../../../modules/network/subnet";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const subnet: Subnet = {
  id: "subnet-0123456789abcdef0",
  vpcId: "vpc-0123456789abcdef0",
  availabilityZone: "eu-west-1a",
  ready: [],
};

const made = (props: Partial<DevelopmentMachineProps> = {}) =>
  synthesizeModule((stack) => {
    const role = new MachineRole(stack, "role", { name: "machine", description: "The machine's", partition: "aws" });
    const choice = { owner: "self", name: "notebooks-*", fix: "build one" };
    const machine = new DevelopmentMachine(stack, "machine", {
      name: "machine",
      instanceType: "t3.medium",
      image: new MachineImage(stack, "image", { choice }),
      subnet,
      securityGroup: new SecurityGroup(stack, "group", { name: "machine", description: "Nobody", vpc: subnet }),
      dataVolume: new EbsVolume(stack, "data", { availabilityZone: "eu-west-1a", size: 1 }),
      keyPair: new KeyPair(stack, "key", { publicKey: "ssh-ed25519 AAAA" }),
      role,
      userData: 'echo "${HOME}"',
      rootVolumeSizeGiB: { value: 20, setting: "ec2.rootVolumeSizeGiB" },
      defaultTags: { Project: "workbench" },
      ...props,
    });
    role.allow("read_data", [{ actions: ["s3:GetObject"], resources: ["arn:aws:s3:::data/*"] }]);
    new TerraformOutput(stack, "address", { value: machine.address });
  });

const instance = (props: Partial<DevelopmentMachineProps> = {}) => only(made(props).resource, "aws_instance");

describe("DevelopmentMachine", () => {
  it("answers metadata with IMDSv2 alone, to the machine alone", () => {
    expect(instance().metadata_options).toEqual({
      http_endpoint: "enabled",
      http_tokens: "required",
      http_put_response_hop_limit: 1,
    });
  });

  it("encrypts its root volume, and tags it", () => {
    expect(instance().root_block_device).toMatchObject({
      encrypted: true,
      volume_size: 20,
      tags: { Project: "workbench", Name: "machine" },
    });
  });

  it("acts as its role, and depends on each permission of it, also on those granted later", () => {
    const { iam_instance_profile, depends_on } = instance();
    expect(iam_instance_profile).toBe("${aws_iam_instance_profile.role_profile.name}");
    expect(depends_on).toEqual([
      "aws_iam_role_policy_attachment.role_AmazonSSMManagedInstanceCore",
      "aws_iam_role_policy.role_read_data",
    ]);
  });

  it("is replaced for another volume, key or first boot", () => {
    const { user_data, user_data_replace_on_change, lifecycle } = instance();
    expect(user_data).toBe('echo "$${HOME}"');
    expect(user_data_replace_on_change).toBe(true);
    expect(lifecycle.replace_triggered_by).toEqual([
      "terraform_data.machine_data_volume",
      "aws_key_pair.key.public_key",
    ]);
  });

  it("keeps its image, or compares a newer one with the root volume first", () => {
    expect(instance().lifecycle.ignore_changes).toEqual(["ami"]);
    expect(instance().lifecycle).not.toHaveProperty("precondition");
    const { ignore_changes, precondition } = instance({ followNew: true }).lifecycle;
    expect(ignore_changes).toBeUndefined();
    expect(precondition).toEqual([
      expect.objectContaining({ error_message: expect.stringMatching(/^ec2\.rootVolumeSizeGiB: expected at least/) }),
    ]);
  });

  it("is not deployed while somebody terminates it", () => {
    expect(instance().lifecycle.postcondition).toEqual([
      expect.objectContaining({ condition: '${self.instance_state != "shutting-down"}' }),
    ]);
  });

  it("keeps its address when it stops, or leaves it to the subnet", () => {
    expect(made().output["address"]?.value).toBe("${aws_eip.machine_address.public_ip}");
    const without = made({ elasticAddress: false });
    expect(without.resource).not.toHaveProperty("aws_eip");
    expect(without.output["address"]?.value).toBe(
      "${coalesce(aws_instance.machine.public_ip, aws_instance.machine.private_ip)}",
    );
  });
});
