import { describe, expect, it } from "vitest";
import { only, synthesize, type TerraformJson } from "../synthesize";

describe("stack ec2", () => {
  it("makes a machine with only IMDSv2, an encrypted gp3 root volume and detailed monitoring", () => {
    const { resource } = synthesize("ec2");
    expect(only(resource, "aws_instance")).toMatchObject({
      metadata_options: { http_tokens: "required", http_put_response_hop_limit: 1 },
      monitoring: true,
      root_block_device: {
        encrypted: true,
        tags: { Name: "workbench-local-machine", Project: "workbench", Environment: "local", Stack: "ec2" },
        volume_size: 20,
        volume_type: "gp3",
      },
      user_data_replace_on_change: true,
    });
  });

  it("gives the root volume the tags of the settings, which the provider's default tags would not update", () => {
    const { root_block_device } = only(synthesize("ec2", { TAGS: "{ Team: data }" }).resource, "aws_instance");
    expect(root_block_device.tags).toMatchObject({ Team: "data", Stack: "ec2" });
  });

  it("keeps a running machine when a newer image appears, unless the setting says otherwise", () => {
    const ignored = (values = {}) => only(synthesize("ec2", values).resource, "aws_instance").lifecycle.ignore_changes;
    expect(ignored()).toEqual(["ami"]);
    expect(ignored({ EC2_IMAGE_FOLLOW_NEW: "true" })).toBeUndefined();
  });

  it("compares the processor with that of a machine which keeps its image", () => {
    const found = (values = {}) => synthesize("ec2", values).data["aws_instances"];
    expect(found()?.["instance_type_existing_found"].instance_tags).toMatchObject({
      Name: "workbench-local-machine",
      Project: "workbench",
      Environment: "local",
    });
    expect(found({ EC2_IMAGE_FOLLOW_NEW: "true" })).toBeUndefined();
  });

  it("compares the disk with a newer image's before the old machine is gone, if it follows new images", () => {
    const following = synthesize("ec2", { EC2_IMAGE_FOLLOW_NEW: "true", EC2_ROOT_VOLUME_SIZE_GIB: "9" });
    const sizes = (json: TerraformJson) =>
      only(json.resource, "aws_instance").lifecycle.precondition.filter(
        ({ error_message }: { error_message: string }) => error_message.startsWith("ec2.rootVolumeSizeGiB"),
      );
    expect(sizes(synthesize("ec2"))).toEqual([]);
    const [size] = sizes(following);
    expect(size.condition).toMatch(
      /for image in data\.aws_ami\.image_details : 9 >= one\(\[for disk in image\.block_device_mappings/,
    );
    expect(size.error_message).toMatch(
      /^ec2\.rootVolumeSizeGiB: expected at least the .* GiB of the image .*, got 9\.$/,
    );
  });

  describe("with our own image", () => {
    const conditions = (values = {}) => {
      const { data, resource } = synthesize("ec2", values);
      const all: { condition: string; error_message: string }[] =
        resource["terraform_data"]?.["data_mount"].lifecycle.precondition;
      return { data, built: all.filter(({ condition }) => condition.includes("data.aws_ami.")) };
    };

    it("accepts only the mount point and the ports that the image was built with", () => {
      const { data, built } = conditions({ EC2_MOUNT_MOUNT_POINT: "/mnt/data", SERVICES_NREPL_PORT: "30000" });
      expect(built.map(({ condition }) => condition)).toEqual([
        '${try(data.aws_ami.image_built_with[0].tags["MountPoint"], "/mnt/data") == "/mnt/data"}',
        '${try(data.aws_ami.image_built_with[0].tags["NreplPort"], "30000") == "30000"}',
        '${try(data.aws_ami.image_built_with[0].tags["JupyterPort"], "20001") == "20001"}',
      ]);
      expect(built[0]?.error_message).toBe(
        'ec2.mount.mountPoint: expected ${try(data.aws_ami.image_built_with[0].tags["MountPoint"], "/mnt/data")}, with which the image ${try(element(data.aws_ami_ids.image.ids, 0), "none")} was built, got /mnt/data; build the image again, or set it back.',
      );
      // No image at all is not an error here.
      expect(data["aws_ami_ids"]?.["image_built_with_there"].filter).toEqual([
        { name: "image-id", values: ['${try(element(data.aws_ami_ids.image.ids, 0), "none")}'] },
      ]);
      expect(data["aws_ami"]?.["image_built_with"].count).toBe(
        "${length(data.aws_ami_ids.image_built_with_there.ids)}",
      );
    });

    it("compares nothing with an image that is not our own", () => {
      expect(conditions({ EC2_IMAGE_SOURCE: "debian" }).built).toEqual([]);
      const given = { EC2_IMAGE_SOURCE: "id", EC2_IMAGE_ID: "ami-0123456789abcdef0" };
      expect(conditions(given).built).toEqual([]);
    });
  });

  it("replaces the machine for another volume, and for a new public key, which EC2 only installs at the first boot", () => {
    expect(only(synthesize("ec2").resource, "aws_instance").lifecycle.replace_triggered_by).toEqual([
      "terraform_data.machine_data_volume",
      "aws_key_pair.ssh_access_key.public_key",
    ]);
  });

  it("never makes the new machine before the old one is gone", () => {
    expect(only(synthesize("ec2").resource, "aws_instance").lifecycle).not.toHaveProperty("create_before_destroy");
  });

  it("opens only the SSH port, and only to the allowed blocks", () => {
    const { resource } = synthesize("ec2", { SSH_ALLOW_FROM: "[203.0.113.7/32, '2001:db8::/64']", SSH_PORT: "12345" });
    const rules = Object.values(resource["aws_vpc_security_group_ingress_rule"] ?? {});
    expect(rules).toHaveLength(2);
    expect(rules).toContainEqual(
      expect.objectContaining({ cidr_ipv4: "203.0.113.7/32", from_port: 12345, to_port: 12345, ip_protocol: "tcp" }),
    );
    expect(rules).toContainEqual(
      expect.objectContaining({ cidr_ipv6: "2001:db8::/64", from_port: 12345, to_port: 12345 }),
    );
  });

  it("moves sshd to its port at the first boot, and keeps the shell's own ${…} from Terraform", () => {
    const { user_data } = only(synthesize("ec2", { SSH_PORT: "12345" }).resource, "aws_instance");
    expect(user_data).toContain("Port 12345\n");
    expect(user_data).toContain('"$${drop_in%/*}"');
  });

  it("gives the role Systems Manager and what the settings name", () => {
    const { resource } = synthesize("ec2", {
      EC2_ROLE_MANAGED_POLICY_ARNS: "['arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess']",
      EC2_ROLE_STATEMENTS:
        "[{ actions: ['es:ESHttp*'], resources: ['arn:aws:es:eu-west-1:123456789012:domain/logs/*'] }]",
    });
    const arns = Object.values(resource["aws_iam_role_policy_attachment"] ?? {}).map(({ policy_arn }) => policy_arn);
    expect(arns).toEqual([
      "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess",
      "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
    ]);
    expect(JSON.parse(only(resource, "aws_iam_role_policy").policy).Statement).toEqual([
      { Effect: "Allow", Action: ["es:ESHttp*"], Resource: ["arn:aws:es:eu-west-1:123456789012:domain/logs/*"] },
    ]);
  });

  it("names policies of the region's own partition", () => {
    const china = { AWS_REGION: "cn-north-1", AWS_AVAILABILITY_ZONE: "cn-north-1a" };
    expect(only(synthesize("ec2", china).resource, "aws_iam_role_policy_attachment").policy_arn).toBe(
      "arn:aws-cn:iam::aws:policy/AmazonSSMManagedInstanceCore",
    );
  });

  it("attaches Systems Manager's policy once, even if the settings name it", () => {
    const { resource } = synthesize("ec2", {
      EC2_ROLE_MANAGED_POLICY_ARNS: "['arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore']",
    });
    expect(Object.keys(resource["aws_iam_role_policy_attachment"] ?? {})).toEqual([
      "role_AmazonSSMManagedInstanceCore",
    ]);
  });

  it("distinguishes policies with the same name, by their ARNs alone", () => {
    const attachments = (...policies: string[]) =>
      Object.keys(
        synthesize("ec2", { EC2_ROLE_MANAGED_POLICY_ARNS: JSON.stringify(policies) }).resource[
          "aws_iam_role_policy_attachment"
        ] ?? {},
      );
    const amazons = "arn:aws:iam::aws:policy/ReadOnlyAccess";
    const own = "arn:aws:iam::123456789012:policy/team/ReadOnlyAccess";
    expect(attachments(amazons, own)).toEqual(expect.arrayContaining(attachments(own)));
    expect(attachments(own, amazons)).toEqual(
      expect.arrayContaining(["role_ReadOnlyAccess", "role_123456789012_ReadOnlyAccess"]),
    );
  });

  it("leaves a policy's own variables to IAM", () => {
    const { resource } = synthesize("ec2", {
      EC2_ROLE_STATEMENTS:
        "[{ actions: ['s3:GetObject'], resources: ['arn:aws:s3:::data/${aws:PrincipalTag/Team}/*'] }]",
    });
    expect(only(resource, "aws_iam_role_policy").policy).toContain("data/$${aws:PrincipalTag/Team}/*");
  });

  it("gives every allowed block a rule of its own", () => {
    const blocks = ["2001:db8::32/128", "2001:db8:32::/128"];
    const { resource } = synthesize("ec2", { SSH_ALLOW_FROM: JSON.stringify(blocks) });
    expect(Object.keys(resource["aws_vpc_security_group_ingress_rule"] ?? {})).toHaveLength(2);
  });

  it("puts the machine into the subnet that the setting names", () => {
    const { data, resource } = synthesize("ec2", { EC2_SUBNET_ID: "subnet-0123456789abcdef0" });
    expect(only(data, "aws_subnets").filter).toEqual([{ name: "subnet-id", values: ["subnet-0123456789abcdef0"] }]);
    expect(only(data, "aws_subnet").id).toBe("${one(data.aws_subnets.subnet_found.ids)}");
    expect(only(resource, "aws_instance").subnet_id).toBe('${coalesce(one(data.aws_subnet.subnet[*].id), "none")}');
  });

  it("accepts a given image of any owner", () => {
    const { data } = synthesize("ec2", { EC2_IMAGE_SOURCE: "id", EC2_IMAGE_ID: "ami-0123456789abcdef0" });
    expect(Object.keys(data["aws_ami"] ?? {})).toEqual(["image_from_ec2_image_id"]);
    const image = only(data, "aws_ami");
    expect(image).not.toHaveProperty("owners");
    expect(image.filter).toEqual([{ name: "image-id", values: ["ami-0123456789abcdef0"] }]);
  });

  it("never detaches by force, and stops the machine before it detaches", () => {
    const attachment = only(synthesize("ec2").resource, "aws_volume_attachment");
    expect(attachment).toMatchObject({ stop_instance_before_detaching: true });
    expect(attachment).not.toHaveProperty("force_detach");
  });

  it("unmounts in a resource that a failed mount cannot taint, and that reads only self", () => {
    const { data_unmount } = synthesize("ec2").resource["terraform_data"] ?? {};
    const [said, unmounted] = data_unmount.provisioner;
    expect([said["local-exec"].when, unmounted["remote-exec"].when]).toEqual(["destroy", "destroy"]);
    const text = JSON.stringify([data_unmount.connection, data_unmount.provisioner]);
    expect(text.match(/self\.input\.\w+/g)).not.toHaveLength(0);
    expect(text).not.toMatch(/\b(aws_\w+|terraform_data|data|local|var|path|terraform)\./);
  });

  it("keeps SSH access open until the volume is unmounted", () => {
    const { data_unmount } = synthesize("ec2").resource["terraform_data"] ?? {};
    expect(data_unmount.depends_on).toEqual(
      expect.arrayContaining([
        "aws_eip_association.machine_address_association",
        expect.stringMatching(/^aws_vpc_security_group_ingress_rule\./),
        expect.stringMatching(/^aws_vpc_security_group_egress_rule\./),
      ]),
    );
  });

  it("leaves the unmount to the machine's own shutdown if the setting says so", () => {
    const { data_unmount } = synthesize("ec2", { EC2_UNMOUNT_OVER_SSH: "false" }).resource["terraform_data"] ?? {};
    expect(data_unmount).not.toHaveProperty("provisioner");
  });

  it("uses the SSH agent when there is no private key file", () => {
    const { data_mount } = synthesize("ec2", { SSH_PRIVATE_KEY_FILE: "" }).resource["terraform_data"] ?? {};
    expect(data_mount.connection).toMatchObject({
      agent: "true",
      agent_identity: expect.stringContaining("id_ed25519.pub"),
    });
    expect(data_mount.connection).not.toHaveProperty("private_key");
    expect(JSON.stringify(data_mount.lifecycle)).not.toContain("fileexists");
  });

  it("quotes what the shell would split", () => {
    const { data_mount } = synthesize("ec2", { EC2_MOUNT_MOUNT_POINT: "/my data's" }).resource["terraform_data"] ?? {};
    expect(data_mount.provisioner[2]["remote-exec"].inline[1]).toContain(`--mount-point '/my data'\\''s'`);
  });

  it("keeps key contents out of the JSON", () => {
    const { data_mount } = synthesize("ec2").resource["terraform_data"] ?? {};
    expect(data_mount.input.privateKeyFile).toMatch(/\.workbench\/local-aws\/ssh\/id_ed25519$/);
    expect(data_mount.connection.private_key).toBe(
      `\${file(pathexpand(coalesce(self.input.privateKeyFile, "${data_mount.input.privateKeyFile}")))}`,
    );
  });

  describe("a machine that stops itself", () => {
    const timer = (values = {}) => synthesize("ec2", values).resource["terraform_data"]?.["stop_when_idle"];

    it("never does unless the setting says so", () => {
      expect(JSON.stringify(timer().provisioner)).toContain(" never");
      const [, , install] = timer({
        EC2_STOP_WHEN_IDLE_AFTER_MINUTES: "90",
        SERVICES_JUPYTER_PORT: "20009",
      }).provisioner;
      expect(install["remote-exec"].inline[1]).toMatch(/install_stop_when_idle\.py 90 2222 20009 'admin'$/);
    });

    it("is stopped by its own shutdown, and not terminated", () => {
      const { instance_initiated_shutdown_behavior } = only(synthesize("ec2").resource, "aws_instance");
      expect(instance_initiated_shutdown_behavior).toBe("stop");
    });

    it("gets the same user data, with which it would be replaced", () => {
      const userData = (values = {}) => only(synthesize("ec2", values).resource, "aws_instance").user_data;
      expect(userData({ EC2_STOP_WHEN_IDLE_AFTER_MINUTES: "90" })).toBe(userData());
    });

    it("gets its timer once the volume is mounted", () => {
      expect(timer().depends_on).toEqual(["terraform_data.data_mount"]);
    });

    it.each(["4", "10081", "1.5", "soon"])("fails for %s minutes, with one sentence", (minutes) => {
      expect(() => synthesize("ec2", { EC2_STOP_WHEN_IDLE_AFTER_MINUTES: minutes })).toThrow(
        /ec2\.stopWhenIdle\.afterMinutes: expected a whole number from 5 to 10080 minutes/,
      );
    });
  });

  it("keeps its address when the machine stops, or leaves it to the subnet", () => {
    expect(only(synthesize("ec2").resource, "aws_eip")).toMatchObject({ domain: "vpc" });
    const without = synthesize("ec2", { EC2_ELASTIC_ADDRESS: "false" });
    expect(without.resource).not.toHaveProperty("aws_eip");
    expect(without.output["address"]?.value).toBe(
      "${coalesce(aws_instance.machine.public_ip, aws_instance.machine.private_ip)}",
    );
  });

  it.each([
    [{ EC2_IMAGE_SOURCE: "debian" }, "136693071363", "debian-13-amd64-*"],
    [{ EC2_IMAGE_SOURCE: "debian", EC2_IMAGE_ARCHITECTURE: "arm64" }, "136693071363", "debian-13-arm64-*"],
    [{ EC2_IMAGE_SOURCE: "workbench" }, "self", "workbench-workbench-amd64-*"],
  ])("looks for the image that %j names", (values, owner, name) => {
    const image = synthesize("ec2", values).data["aws_ami_ids"]?.["image"];
    expect(image.owners).toEqual([owner]);
    expect(image.filter).toContainEqual({ name: "name", values: [name] });
  });

  it("prints the exact ssh command, with the ports of the REPL and JupyterLab", () => {
    expect(synthesize("ec2").output["ssh"]?.value).toBe(
      "ssh -i .workbench/local-aws/ssh/id_ed25519 -p 2222 -o HostKeyAlias=${aws_instance.machine.id} -o UserKnownHostsFile=~/.ssh/known_hosts_workbench -o StrictHostKeyChecking=accept-new -L 20000:localhost:20000 -L 20001:localhost:20001 admin@${aws_eip.machine_address.public_ip}",
    );
  });
});
