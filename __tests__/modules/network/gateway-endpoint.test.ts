import { describe, expect, it } from "vitest";
import { GatewayEndpoint } from "../../../modules/network/gateway-endpoint";
import { tcp } from "../../../modules/network/port";
import { SecurityGroup } from "../../../modules/network/security-group";
import type { WorkbenchStack } from "../../../stacks/workbench-stack";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";
import { someVpc, twoSubnets } from "./some-subnets";

const policy = '{"Version":"2012-10-17","Statement":[]}';

/** What Terraform gets of an endpoint for two subnets, and of what `use` makes of it. */
const synthesizeEndpoint = (use: (endpoint: GatewayEndpoint, stack: WorkbenchStack) => void = () => {}) =>
  synthesizeModule((stack) => {
    const props = { name: "test-dynamodb", vpc: someVpc, service: "dynamodb", policy } as const;
    use(new GatewayEndpoint(stack, "tables", { ...props, subnets: twoSubnets(stack) }), stack);
  });

describe("a gateway endpoint", () => {
  it("has its policy, and a route in every subnet", () => {
    const { resource, data } = synthesizeEndpoint();
    expect(only(data, "aws_vpc_endpoint_service")).toMatchObject({ service: "dynamodb", service_type: "Gateway" });
    expect(only(resource, "aws_vpc_endpoint")).toMatchObject({
      vpc_id: someVpc.vpcId,
      vpc_endpoint_type: "Gateway",
      service_name: "${data.aws_vpc_endpoint_service.tables_service.service_name}",
      policy,
      tags: { Name: "test-dynamodb" },
    });
    // A list in the endpoint would be changed only after a route table in it is deleted.
    expect(only(resource, "aws_vpc_endpoint")).not.toHaveProperty("route_table_ids");
    const routes = Object.values(resource["aws_vpc_endpoint_route_table_association"] ?? {});
    expect(routes.map(({ route_table_id }) => route_table_id)).toEqual([
      "${aws_route_table.a_routes.id}",
      "${aws_route_table.b_routes.id}",
    ]);
  });

  it("is a peer: a security group lets its members reach the service's addresses", () => {
    const { resource } = synthesizeEndpoint((endpoint, stack) => {
      const group = { name: "machines", description: "Machines", vpc: someVpc };
      new SecurityGroup(stack, "machines", group).allowTo(endpoint, tcp(443), "Tables");
    });
    expect(resource["aws_vpc_security_group_egress_rule"]).toEqual({
      machines_to_dynamodb_tcp_443: expect.objectContaining({
        prefix_list_id: "${aws_vpc_endpoint.tables.prefix_list_id}",
      }),
    });
  });

  it("hands over itself and its routes, which must not be gone before those who need them", () => {
    synthesizeEndpoint(({ ready }) => expect(ready).toHaveLength(3));
  });
});
