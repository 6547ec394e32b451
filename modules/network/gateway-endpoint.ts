import { DataAwsVpcEndpointService } from "@cdktf/provider-aws/lib/data-aws-vpc-endpoint-service";
import { VpcEndpoint } from "@cdktf/provider-aws/lib/vpc-endpoint";
import { VpcEndpointRouteTableAssociation } from "@cdktf/provider-aws/lib/vpc-endpoint-route-table-association";
import type { ITerraformDependable } from "cdktf";
import { Construct } from "constructs";
import type { InVpc } from "./network";
import { type Peer, prefixListPeer } from "./peer";
import type { VpcSubnet } from "./vpc-subnet";

/** Services that have a gateway endpoint. */
export type GatewayService = "s3" | "dynamodb";

/** Properties of a gateway endpoint. */
export interface GatewayEndpointProps {
  /** Name tag. */
  readonly name: string;
  readonly vpc: InVpc;
  /** Changing this replaces the endpoint. */
  readonly service: GatewayService;
  /** Subnets whose traffic to the service goes through the endpoint. */
  readonly subnets: readonly VpcSubnet[];
  /** JSON of what may be done through the endpoint. `ownAccountEndpointPolicy` is the usual one. */
  readonly policy: string;
}

/** S3 or DynamoDB without the internet, by a route to the addresses of the service. It costs nothing. */
export class GatewayEndpoint extends Construct implements Peer {
  /** The endpoint and its routes. They must exist as long as something needs the service. */
  readonly ready: readonly ITerraformDependable[];
  readonly peerName: string;
  /** The addresses of the service. */
  readonly peerArguments: Peer["peerArguments"];

  constructor(scope: Construct, id: string, { name, vpc, service, subnets, policy }: GatewayEndpointProps) {
    super(scope, id);
    const found = new DataAwsVpcEndpointService(this, "service", { service, serviceType: "Gateway" });
    const endpoint = new VpcEndpoint(this, "this", {
      vpcId: vpc.vpcId,
      serviceName: found.serviceName,
      vpcEndpointType: "Gateway",
      policy,
      tags: { Name: name },
    });
    // Not a list in the endpoint: Terraform would delete a subnet's route table before it takes it from the list.
    const routes = subnets.map(
      ({ node, routeTableId }) =>
        new VpcEndpointRouteTableAssociation(this, node.id, { vpcEndpointId: endpoint.id, routeTableId }),
    );
    this.ready = [endpoint, ...routes];
    const { peerName, peerArguments } = prefixListPeer(service, { id: endpoint.prefixListId });
    this.peerName = peerName;
    this.peerArguments = peerArguments;
  }
}
