import { describe, expect, it } from "vitest";
import { NatGateway } from "../../../modules/network/nat-gateway";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";
import { twoSubnets } from "./some-subnets";

const { resource } = synthesizeModule((stack) => {
  for (const subnet of twoSubnets(stack).slice(0, 1)) {
    subnet.routeToInternet({ gatewayId: "igw-0123" });
    new NatGateway(stack, "nat", { name: "test-nat", subnet });
  }
});

describe("a NAT gateway", () => {
  it("stands in its subnet, with an address that stays", () => {
    expect(only(resource, "aws_nat_gateway")).toMatchObject({
      subnet_id: "${aws_subnet.a.id}",
      allocation_id: "${aws_eip.nat_address.allocation_id}",
      tags: { Name: "test-nat" },
    });
    expect(only(resource, "aws_eip")).toMatchObject({ domain: "vpc", tags: { Name: "test-nat" } });
  });

  it.each(["aws_nat_gateway", "aws_eip"])("keeps the internet gateway's route until it is gone: %s", (type) => {
    expect(only(resource, type).depends_on).toContain("aws_route.a_to_internet");
  });
});
