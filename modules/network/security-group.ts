import { SecurityGroup as AwsSecurityGroup } from "@cdktf/provider-aws/lib/security-group";
import { VpcSecurityGroupEgressRule } from "@cdktf/provider-aws/lib/vpc-security-group-egress-rule";
import { VpcSecurityGroupIngressRule } from "@cdktf/provider-aws/lib/vpc-security-group-ingress-rule";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { InVpc } from "./network";
import type { Peer } from "./peer";
import type { Port } from "./port";

/** What EC2 takes as the description of a group or a rule. Source: EC2 API reference, CreateSecurityGroup (read 2026-11). */
const DESCRIPTION = /^[a-zA-Z0-9. _\-:/()#,@[\]+=&;{}!$*]{1,255}$/;

/** Properties of a security group. */
export interface SecurityGroupProps {
  /** Name of the group, and its Name tag. Changing this replaces the group. */
  readonly name: string;
  /** What AWS's console says of the group: no apostrophe. Changing this replaces the group. */
  readonly description: string;
  /** The network or a subnet of the group's VPC. Changing this replaces the group. */
  readonly vpc: InVpc;
}

/** Where a rule stands in the program, and so its Terraform address. */
export interface RulePlace {
  readonly scope: Construct;
  readonly id: string;
}

/**
 * A security group. Nothing gets in and nothing gets out until a verb says so. A verb makes one rule for each port, at
 * an address that names the peer and the port: `aws_vpc_security_group_ingress_rule.web_from_10_0_0_0_8_tcp_443`.
 *
 * A verb opens this group alone. If the peer is a group too, that one needs the opposite verb.
 */
export class SecurityGroup extends Construct implements Peer, InVpc {
  readonly id: string;
  readonly vpcId: string;
  readonly peerName: string;
  readonly peerArguments: Peer["peerArguments"];
  private readonly rules: ITerraformDependable[] = [];

  constructor(scope: Construct, id: string, { name, description, vpc }: SecurityGroupProps) {
    super(scope, id);
    requireDescription(this, description);
    const group = new AwsSecurityGroup(this, "this", { name, description, vpcId: vpc.vpcId, tags: { Name: name } });
    this.id = group.id;
    this.vpcId = vpc.vpcId;
    this.peerName = group.friendlyUniqueId;
    this.peerArguments = { referencedSecurityGroupId: group.id };
  }

  /** The rules so far. They must exist as long as somebody needs the way. */
  get ready(): readonly ITerraformDependable[] {
    return [...this.rules];
  }

  /**
   * Lets `peer` connect to members of this group on `ports`.
   *
   * @param description what the peer does there
   * @param place address of the one rule, if it must not be the usual one. @default named by peer and port
   */
  allowFrom(peer: Peer, ports: Port | readonly Port[], description: string, place?: RulePlace): void {
    this.allow(VpcSecurityGroupIngressRule, "from", peer, ports, description, place);
  }

  /**
   * Lets members of this group connect to `peer` on `ports`.
   *
   * @param description what the members do there
   * @param place address of the one rule, if it must not be the usual one. @default named by peer and port
   */
  allowTo(peer: Peer, ports: Port | readonly Port[], description: string, place?: RulePlace): void {
    this.allow(VpcSecurityGroupEgressRule, "to", peer, ports, description, place);
  }

  private allow(
    Rule: typeof VpcSecurityGroupIngressRule | typeof VpcSecurityGroupEgressRule,
    direction: "from" | "to",
    { peerName, peerArguments }: Peer,
    ports: Port | readonly Port[],
    description: string,
    place?: RulePlace,
  ): void {
    requireDescription(this, description);
    for (const { portName, portArguments } of [ports].flat()) {
      const { scope, id } = place ?? { scope: this, id: `${direction}_${peerName}_${portName}` };
      const rule = new Rule(scope, id, { securityGroupId: this.id, ...peerArguments, ...portArguments, description });
      this.rules.push(rule);
    }
  }
}

/** The AWS provider takes any text, and a deploy would then fail in the middle. */
function requireDescription({ node }: Construct, description: string): void {
  if (DESCRIPTION.test(description)) return;
  throw new Error(
    `${node.path}: expected a description of 1 to 255 letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*, ` +
      `got "${description}"`,
  );
}
