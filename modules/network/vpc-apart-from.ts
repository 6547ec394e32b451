import { DataAwsVpc } from "@cdktf/provider-aws/lib/data-aws-vpc";
import { type Precondition, ref, TerraformCount, Token } from "cdktf";
import { Construct } from "constructs";
import type { FoundSubnet } from "./found-subnet";

/** A VPC that exists, and a block that must not be in it. */
export interface VpcApartFromProps {
  /** A subnet of the VPC. */
  readonly subnet: FoundSubnet;
  /** The setting that can name a subnet. */
  readonly setting: string;
  /** IPv4 CIDR block that machines in the VPC use themselves. */
  readonly block: string;
  /** What they use it for, such as `Docker's network`. */
  readonly usedFor: string;
}

/**
 * Checks that the addresses of a VPC are apart from a network that its machines have inside. Otherwise a machine could
 * not reach such an address of the VPC, which may be the one of its name server.
 */
export class VpcApartFrom extends Construct {
  /** Of whatever is made in the VPC. It holds, too, if the VPC no longer exists. */
  readonly precondition: Precondition;

  constructor(scope: Construct, id: string, { subnet, setting, block, usedFor }: VpcApartFromProps) {
    super(scope, id);
    const vpcId = Token.asString(subnet.vpcId);
    const { friendlyUniqueId } = new DataAwsVpc(this, "this", {
      count: TerraformCount.of(Token.asNumber(ref(`${vpcId} == "none" ? 0 : 1`))),
      id: vpcId,
    });
    const [address, length] = block.split("/");
    const blocks = `flatten(data.aws_vpc.${friendlyUniqueId}[*].cidr_block_associations[*].cidr_block)`;
    // Two blocks overlap if the longer one is in the network that the shorter one's length gives.
    const shorter = `min(${length}, tonumber(split("/", block)[1]))`;
    const networkOf = (of: string): string => `cidrhost("\${${of}}/\${${shorter}}", 0)`;
    const overlapping = `[for block in ${blocks} : block if ${networkOf('split("/", block)[0]')} == ${networkOf(`"${address}"`)}]`;
    this.precondition = {
      condition: `\${length(${overlapping}) == 0}`,
      errorMessage:
        `${setting}: expected a subnet of a VPC apart from ${block}, ${usedFor}, ` +
        `got ${subnet.id} of ${vpcId}, which has \${join(" and ", ${overlapping})}; name one of another VPC.`,
    };
  }
}
