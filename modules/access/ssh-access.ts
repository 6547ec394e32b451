import { KeyPair } from "@cdktf/provider-aws/lib/key-pair";
import { SecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import { KeyFile, type KeyFileProps } from "./key-file";

/** Who may log in, and how. */
export interface SshAccessProps {
  /** Name of the security group and of the key pair. */
  readonly name: string;
  /** VPC of the machine, and so of the security group. Changing this replaces the security group. */
  readonly vpcId: string;
  /** TCP port of sshd. */
  readonly port: number;
  /** IPv4 or IPv6 CIDR blocks that may connect. Without one, nobody may. */
  readonly allowFrom: readonly string[];
  /** File with the OpenSSH public key. */
  readonly publicKey: Pick<KeyFileProps, "path" | "written">;
}

/** A key pair, and a security group that lets given blocks in on the SSH port and everything out. */
export class SshAccess extends Construct {
  /** The public key in EC2. */
  readonly keyPair: KeyPair;
  /** Security group for the machine, so that it can be reached. */
  readonly securityGroup: SecurityGroup;
  /** The rules. They must exist as long as somebody needs to log in. */
  readonly ready: readonly ITerraformDependable[];

  constructor(scope: Construct, id: string, props: SshAccessProps) {
    super(scope, id);
    const publicKey = new KeyFile(this, "public_key_file", {
      ...props.publicKey,
      holds: "an OpenSSH public key",
      fix: "make one with `ssh-keygen -t ed25519` or name yours",
    });
    this.keyPair = new KeyPair(this, "key", {
      keyName: props.name,
      publicKey: publicKey.contents,
      lifecycle: { precondition: [publicKey.exists] },
    });
    this.securityGroup = new SecurityGroup(this, "group", {
      name: props.name,
      description: "SSH from the allowed blocks, everything out",
      vpcId: props.vpcId,
      tags: { Name: props.name },
    });
    const securityGroupId = this.securityGroup.id;
    const ingress = props.allowFrom.map(
      (block) =>
        new VpcSecurityGroupIngressRule(this, `from_${block.replace(/[^0-9a-f]/g, "_")}`, {
          securityGroupId,
          ...(block.includes(":") ? { cidrIpv6: block } : { cidrIpv4: block }),
          fromPort: props.port,
          toPort: props.port,
          ipProtocol: "tcp",
          description: "SSH",
        }),
    );
    const egress = new VpcSecurityGroupEgressRule(this, "out", {
      securityGroupId,
      cidrIpv4: "0.0.0.0/0",
      ipProtocol: "-1",
      description: "Packages, notebooks' libraries, AWS services",
    });
    this.ready = [...ingress, egress];
  }
}
