import { describe, expect, it } from "vitest";
import { SshAccess } from "../../../modules/access/ssh-access";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const made = (allowFrom: readonly string[] = [], port = 2222) => {
  let ready = 0;
  const { resource } = synthesizeModule((stack) => {
    const access = new SshAccess(stack, "ssh_access", {
      name: "machine",
      vpc: { vpcId: "vpc-0123456789abcdef0" },
      port,
      allowFrom,
      publicKey: { path: "../id.pub", written: { value: "id.pub", setting: "ssh.publicKeyFile" } },
    });
    ready = access.ready.length;
  });
  return { resource, ready };
};

describe("SshAccess", () => {
  it("lets nobody in without a block", () => {
    const { resource } = made();
    expect(resource).not.toHaveProperty("aws_vpc_security_group_ingress_rule");
    expect(only(resource, "aws_security_group")).not.toHaveProperty("ingress");
  });

  it("lets each block in on the SSH port alone", () => {
    const { resource } = made(["203.0.113.7/32", "2001:db8::/64"]);
    const port = { from_port: 2222, to_port: 2222, ip_protocol: "tcp" };
    expect(Object.values(resource["aws_vpc_security_group_ingress_rule"] ?? {})).toEqual([
      expect.objectContaining({ cidr_ipv6: "2001:db8::/64", ...port }),
      expect.objectContaining({ cidr_ipv4: "203.0.113.7/32", ...port }),
    ]);
  });

  it("changes its rules in place when the port changes", () => {
    const addresses = (port: number) =>
      Object.keys(made(["203.0.113.7/32"], port).resource["aws_vpc_security_group_ingress_rule"] ?? {});
    expect(addresses(22)).toEqual(["ssh_access_from_203_0_113_7_32"]);
    expect(addresses(2222)).toEqual(addresses(22));
  });

  it("names every rule for those who need to log in", () => {
    expect(made(["203.0.113.7/32"]).ready).toBe(2);
  });

  it("makes a key pair of the public key, and refuses one that is missing", () => {
    const pair = only(made().resource, "aws_key_pair");
    expect(pair.public_key).toContain("file(pathexpand(local.ssh_access_public_key_file))");
    expect(pair.lifecycle.precondition).toEqual([
      expect.objectContaining({
        error_message: expect.stringMatching(/^ssh\.publicKeyFile: expected an OpenSSH public key in id\.pub, got no/),
      }),
    ]);
  });
});
