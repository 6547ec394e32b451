import { DataResource } from "cdktf";
import { describe, expect, it } from "vitest";
import { type InternetRoute, VpcSubnet } from "../../../modules/network/vpc-subnet";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";
import { someVpc } from "./some-subnets";

/** What Terraform gets of a subnet, after `use`. */
const synthesizeSubnet = (use: (subnet: VpcSubnet) => void = () => {}) =>
  synthesizeModule((stack) => {
    const props = { name: "test", vpc: someVpc, availabilityZone: "eu-west-1a", cidrBlock: "10.0.0.0/20" };
    use(new VpcSubnet(stack, "subnet", props));
  }).resource;

describe("a subnet of a VPC", () => {
  it("has its zone, its block and its name, and hands over its id, VPC and zone", () => {
    const resource = synthesizeSubnet(({ id, vpcId, availabilityZone }) => {
      expect({ vpcId, availabilityZone }).toEqual({ ...someVpc, availabilityZone: "eu-west-1a" });
      expect(id).toMatch(/^\$\{TfToken\[/);
    });
    expect(only(resource, "aws_subnet")).toMatchObject({
      vpc_id: someVpc.vpcId,
      availability_zone: "eu-west-1a",
      cidr_block: "10.0.0.0/20",
      tags: { Name: "test" },
    });
  });

  it("has a route table of its own, which at first leads to the VPC alone", () => {
    const resource = synthesizeSubnet();
    expect(only(resource, "aws_route_table")).toMatchObject({ vpc_id: someVpc.vpcId, tags: { Name: "test" } });
    expect(only(resource, "aws_route_table_association")).toMatchObject({
      subnet_id: "${aws_subnet.subnet.id}",
      route_table_id: "${aws_route_table.subnet_routes.id}",
    });
    expect(resource).not.toHaveProperty("aws_route");
  });

  it("gives no machine a public address unless somebody asks for one", () => {
    expect(only(synthesizeSubnet(), "aws_subnet")).not.toHaveProperty("map_public_ip_on_launch");
  });

  it("is left by interface endpoints before it is deleted", () => {
    expect(only(synthesizeSubnet(), "aws_subnet").lifecycle).toEqual({ create_before_destroy: true });
  });

  it.each<[InternetRoute, object]>([
    [{ gatewayId: "igw-0123" }, { gateway_id: "igw-0123" }],
    [{ natGatewayId: "nat-0123" }, { nat_gateway_id: "nat-0123" }],
  ])("sends what is for the internet to %j", (route, argument) => {
    expect(
      only(
        synthesizeSubnet((subnet) => subnet.routeToInternet(route)),
        "aws_route",
      ),
    ).toMatchObject({
      ...argument,
      route_table_id: "${aws_route_table.subnet_routes.id}",
      destination_cidr_block: "0.0.0.0/0",
    });
  });

  it("hands over its routes, which must not be gone before those who need them", () => {
    const resource = synthesizeSubnet((subnet) => {
      subnet.routeToInternet({ gatewayId: "igw-0123" });
      new DataResource(subnet, "user", { dependsOn: [...subnet.ready] });
    });
    expect(resource["terraform_data"]?.["subnet_user"].depends_on).toEqual([
      "aws_route_table_association.subnet_routes_association",
      "aws_route.subnet_to_internet",
    ]);
  });
});
