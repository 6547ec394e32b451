import { KeyPair } from "@cdktf/provider-aws/lib/key-pair";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { InVpc } from "../network/network";
import { cidrPeer } from "../network/peer";
import { everyPort, tcp } from "../network/port";
import { SecurityGroup } from "../network/security-group";
import { KeyFile, type KeyFileProps } from "./key-file";

/** Who may log in, and how. */
export interface SshAccessProps {
  /** Name of the security group and of the key pair. */
  readonly name: string;
  /** The machine's network or subnet. Another VPC replaces the security group. */
  readonly vpc: InVpc;
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
      vpc: props.vpc,
    });
    for (const peer of props.allowFrom.map(cidrPeer)) {
      // No port in the address: a rule keeps it when the port changes.
      this.securityGroup.allowFrom(peer, tcp(props.port), "SSH", { scope: this, id: `from_${peer.peerName}` });
    }
    const purpose = "Packages, libraries of notebooks, AWS services";
    this.securityGroup.allowTo(cidrPeer("0.0.0.0/0"), everyPort, purpose, { scope: this, id: "out" });
    this.ready = this.securityGroup.ready;
  }
}
