import { DataAwsAvailabilityZones } from "@cdktf/provider-aws/lib/data-aws-availability-zones";
import { DefaultSecurityGroup } from "@cdktf/provider-aws/lib/default-security-group";
import { InternetGateway } from "@cdktf/provider-aws/lib/internet-gateway";
import { Vpc as AwsVpc } from "@cdktf/provider-aws/lib/vpc";
import { Construct } from "constructs";
import type { FromSetting } from "../from-setting";
import { planCidrBlocks } from "./cidr-plan";
import { FlowLogs } from "./flow-logs";
import { GatewayEndpoint, type GatewayService } from "./gateway-endpoint";
import { InterfaceEndpoint } from "./interface-endpoint";
import { NatGateway } from "./nat-gateway";
import type { Network } from "./network";
import { VpcSubnet } from "./vpc-subnet";

/** How private subnets reach the internet: not at all, through one zone's NAT gateway, or through each zone's own. */
export type Nat = "none" | "single" | "one-per-zone";

/** Properties of a VPC. */
export interface VpcProps {
  /** Name tag of the VPC, and first part of the names of everything in it. */
  readonly name: string;
  /** IPv4 block of the VPC, from /16 to /28. Changing this replaces the VPC and everything in it. */
  readonly cidrBlock: FromSetting<string>;
  /**
   * Zones for a private and a public subnet each, with a last letter of their own. A zone's letter decides its blocks, so
   * zones can come, go and change their order, and the subnets of the others stay.
   */
  readonly availabilityZones: FromSetting<readonly string[]>;
  /** Whether there are public subnets and an internet gateway. NAT gateways need them. @default true */
  readonly publicSubnets?: boolean;
  /**
   * How private subnets reach the internet. A single gateway costs less. It is in the first of the zones: if that fails,
   * every zone is cut off, and if another zone is the first, the gateway moves there and gets another address.
   *
   * @default none
   */
  readonly nat?: Nat;
  /** How long flow logs are kept, in days: one of the periods of CloudWatch Logs. @default 30 */
  readonly flowLogRetentionDays?: number;
}

/**
 * A VPC with a private and a public subnet in each zone, and flow logs. Its default security group has no rules, so
 * whatever forgets to name a group reaches nothing.
 */
export class Vpc extends Construct implements Network {
  readonly vpcId: string;
  /** The VPC's IPv4 block. */
  readonly cidrBlock: string;
  readonly publicSubnets: readonly VpcSubnet[];
  readonly privateSubnets: readonly VpcSubnet[];
  private readonly name: string;
  private readonly zonesSetting: string;

  /** @throws Error when the block or the zones do not fit: a bug, since the stack's rules report that first */
  constructor(scope: Construct, id: string, props: VpcProps) {
    super(scope, id);
    const { name, cidrBlock, availabilityZones, publicSubnets = true, nat = "none" } = props;
    if (nat !== "none" && !publicSubnets) {
      throw new Error(`${this.node.path}: expected public subnets, since nat is ${nat}, got publicSubnets: false`);
    }
    const zones = planCidrBlocks({ cidrBlock, availabilityZones, publicSubnets });
    const vpc = new AwsVpc(this, "this", {
      cidrBlock: cidrBlock.value,
      enableDnsSupport: true,
      enableDnsHostnames: true,
      tags: { Name: name },
      dependsOn: [this.zonesOfRegion(availabilityZones)],
    });
    this.name = name;
    this.vpcId = vpc.id;
    this.cidrBlock = cidrBlock.value;
    this.zonesSetting = availabilityZones.setting;
    // An empty list removes rules that somebody adds. No list would leave them.
    new DefaultSecurityGroup(this, "default_group", {
      vpcId: vpc.id,
      ingress: [],
      egress: [],
      tags: { Name: `${name}-default` },
    });
    this.privateSubnets = zones.map((zone) => this.subnet("private", zone.availabilityZone, zone.privateBlock));
    this.publicSubnets = zones.flatMap(({ availabilityZone, publicBlock }) =>
      publicBlock === undefined ? [] : [this.subnet("public", availabilityZone, publicBlock)],
    );
    if (publicSubnets) {
      const gateway = new InternetGateway(this, "internet_gateway", { vpcId: vpc.id, tags: { Name: name } });
      for (const subnet of this.publicSubnets) subnet.routeToInternet({ gatewayId: gateway.id });
    }
    this.addNat(nat);
    new FlowLogs(this, "flow_logs", {
      name: `${name}-flow-logs`,
      vpc: this,
      retentionDays: props.flowLogRetentionDays ?? 30,
    });
  }

  /**
   * Adds an endpoint for S3 or DynamoDB. Every subnet uses it, and so its policy holds for every subnet.
   *
   * @param policy JSON of what may be done through it. `ownAccountEndpointPolicy` is the usual one
   */
  addGatewayEndpoint(service: GatewayService, policy: string): GatewayEndpoint {
    return new GatewayEndpoint(this, `${service}_endpoint`, {
      name: `${this.name}-${service}`,
      vpc: this,
      service,
      subnets: [...this.privateSubnets, ...this.publicSubnets],
      policy,
    });
  }

  /**
   * Adds private addresses for a service of AWS. Every machine in the VPC gets them for the service's names, and so its
   * policy holds for all of them. Nobody reaches them until `allowFrom` says so.
   *
   * @param service the service as its endpoints name it, such as `ssm` or `ecr.api`
   * @param policy JSON of what may be done through it. `ownAccountEndpointPolicy` is the usual one
   */
  addInterfaceEndpoint(service: string, policy: string): InterfaceEndpoint {
    const id = service.replaceAll(/[^a-z0-9]/g, "_");
    return new InterfaceEndpoint(this, `${id}_endpoint`, {
      name: `${this.name}-${service}`,
      vpc: this,
      service,
      subnets: { value: this.privateSubnets, setting: this.zonesSetting },
      policy,
    });
  }

  /**
   * The private subnet in a zone.
   *
   * @throws Error when the VPC has none there: a bug, since the stack's rules report first what a setting can cause
   */
  privateSubnetIn(zone: FromSetting<string>): VpcSubnet {
    return this.subnetIn(zone, this.privateSubnets);
  }

  /**
   * The public subnet in a zone.
   *
   * @throws Error when the VPC has none there: a bug, since the stack's rules report first what a setting can cause
   */
  publicSubnetIn(zone: FromSetting<string>): VpcSubnet {
    return this.subnetIn(zone, this.publicSubnets);
  }

  private subnetIn({ value: zone, setting }: FromSetting<string>, subnets: readonly VpcSubnet[]): VpcSubnet {
    const subnet = subnets.find(({ availabilityZone }) => availabilityZone === zone);
    if (subnet !== undefined) return subnet;
    const zones = subnets.map(({ availabilityZone }) => availabilityZone).join(", ");
    throw new Error(`${setting}: expected one of the zones in ${this.zonesSetting} (${zones}), got "${zone}".`);
  }

  private zonesOfRegion({ value: zones, setting }: VpcProps["availabilityZones"]): DataAwsAvailabilityZones {
    return new DataAwsAvailabilityZones(this, "zones", {
      state: "available",
      lifecycle: {
        postcondition: [
          {
            condition: `\${length(setsubtract(${JSON.stringify(zones)}, self.names)) == 0}`,
            errorMessage:
              `${setting}: expected only zones of the region (\${join(", ", self.names)}), got ${zones.join(", ")}; ` +
              "set it to one or more of those.",
          },
        ],
      },
    });
  }

  private subnet(kind: "private" | "public", availabilityZone: string, cidrBlock: string): VpcSubnet {
    return new VpcSubnet(this, `${kind}_${label(availabilityZone)}`, {
      name: `${this.name}-${kind}-${availabilityZone}`,
      vpc: this,
      availabilityZone,
      cidrBlock,
    });
  }

  /** The first zone's gateway stays when the others get gateways of their own. */
  private addNat(nat: Nat): void {
    if (nat === "none") return;
    const homes = nat === "single" ? this.publicSubnets.slice(0, 1) : this.publicSubnets;
    const gateways = homes.map(
      (subnet) =>
        new NatGateway(this, `nat_${label(subnet.availabilityZone)}`, {
          name: `${this.name}-nat-${subnet.availabilityZone}`,
          subnet,
        }),
    );
    for (const [index, subnet] of this.privateSubnets.entries()) {
      const gateway = gateways[index] ?? gateways[0];
      if (gateway) subnet.routeToInternet({ natGatewayId: gateway.id });
    }
  }
}

/** A zone in a Terraform address. */
function label(availabilityZone: string): string {
  return availabilityZone.replaceAll("-", "_");
}
