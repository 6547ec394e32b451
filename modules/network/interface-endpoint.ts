import { DataAwsVpcEndpointService } from "@cdktf/provider-aws/lib/data-aws-vpc-endpoint-service";
import { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint";
import { type ITerraformDependable, Token } from "cdktf";
import { Construct } from "constructs";
import type { FromSetting } from "../from-setting";
import type { InVpc } from "./network";
import type { Peer } from "./peer";
import { https } from "./port";
import { SecurityGroup } from "./security-group";
import type { VpcSubnet } from "./vpc-subnet";

/** Properties of an interface endpoint. */
export interface InterfaceEndpointProps {
  /** Name tag of the endpoint, and name of its security group. */
  readonly name: string;
  readonly vpc: InVpc;
  /** The service as its endpoints name it, such as `ssm` or `ecr.api`. Changing this replaces the endpoint. */
  readonly service: string;
  /** Subnets, one a zone. The endpoint has an address in each zone that the service is in. */
  readonly subnets: FromSetting<readonly VpcSubnet[]>;
  /** JSON of what may be done through the endpoint. `ownAccountEndpointPolicy` is the usual one. */
  readonly policy: string;
}

/**
 * A service of AWS at private addresses of the VPC, under its usual names. Nobody reaches it until `allowFrom` says so.
 * It costs by hour, zone and amount of data.
 */
export class InterfaceEndpoint extends Construct {
  /** Security group of the endpoint's addresses, for the opposite rule of a group that cannot connect to everything. */
  readonly securityGroup: SecurityGroup;
  private readonly endpoint: VpcEndpoint;

  constructor(scope: Construct, id: string, { name, vpc, service, subnets, policy }: InterfaceEndpointProps) {
    super(scope, id);
    this.securityGroup = new SecurityGroup(this, "group", { name, description: `Who may use ${service}`, vpc });
    const found = new DataAwsVpcEndpointService(this, "service", { service, serviceType: "Interface" });
    const itsZones = `data.aws_vpc_endpoint_service.${found.friendlyUniqueId}.availability_zones`;
    const zones = subnets.value.map(({ availabilityZone }) => availabilityZone);
    const subnetOfZone = subnets.value.map(({ availabilityZone, id }) => `"${availabilityZone}" = ${id}`).join(", ");
    const ids = `[for zone, id in { ${subnetOfZone} } : id if contains(${itsZones}, zone)]`;
    this.endpoint = new VpcEndpoint(this, "this", {
      vpcId: vpc.vpcId,
      serviceName: found.serviceName,
      vpcEndpointType: "Interface",
      privateDnsEnabled: true,
      subnetIds: Token.asList(`\${${ids}}`),
      securityGroupIds: [this.securityGroup.id],
      policy,
      tags: { Name: name },
      lifecycle: {
        precondition: [
          {
            condition: `\${length(setintersection(${JSON.stringify(zones)}, ${itsZones})) > 0}`,
            errorMessage:
              `${subnets.setting}: expected one of \${join(", ", sort(${itsZones}))}, where ${service} is, ` +
              `got ${zones.join(", ")}; add one of those.`,
          },
        ],
      },
    });
  }

  /** The endpoint, and the rules so far. They must exist as long as something needs the service. */
  get ready(): readonly ITerraformDependable[] {
    return [this.endpoint, ...this.securityGroup.ready];
  }

  /** Lets `peer` use the service. @param description what the peer does there */
  allowFrom(peer: Peer, description: string): void {
    this.securityGroup.allowFrom(peer, https, description);
  }
}
