import { describe, expect, it } from "vitest";
import { FoundSubnet, type SubnetChoice } from "../../../modules/network/found-subnet";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const synthesizeSubnet = (value: SubnetChoice) =>
  synthesizeModule((stack) => new FoundSubnet(stack, "subnet", { choice: { value, setting: "ec2.subnetId" } })).data;

describe("a subnet that exists", () => {
  it("is the given one", () => {
    const { filter, lifecycle } = only(synthesizeSubnet({ id: "subnet-0123" }), "aws_subnets");
    expect(filter).toEqual([{ name: "subnet-id", values: ["subnet-0123"] }]);
    expect(lifecycle.postcondition).toEqual([
      {
        condition: "${length(self.ids) == 1}",
        error_message:
          "ec2.subnetId: expected a subnet of this account and region, got subnet-0123, which is not there; " +
          "`aws ec2 describe-subnets` lists them.",
      },
    ]);
  });

  it("is the default VPC's in a zone", () => {
    const { filter, lifecycle } = only(synthesizeSubnet({ defaultIn: "eu-west-1b" }), "aws_subnets");
    expect(filter).toEqual([
      { name: "default-for-az", values: ["true"] },
      { name: "availability-zone", values: ["eu-west-1b"] },
    ]);
    expect(lifecycle.postcondition).toEqual([
      {
        condition: "${length(self.ids) == 1}",
        error_message: "ec2.subnetId: expected a default subnet in eu-west-1b, got none; name a subnet in that zone.",
      },
    ]);
  });

  it("is read through a list, so that a destroy does not fail when it is gone", () => {
    const subnet = only(synthesizeSubnet({ id: "subnet-0123" }), "aws_subnet");
    expect(subnet).toMatchObject({
      count: "${length(data.aws_subnets.subnet_found.ids) == 1 ? 1 : 0}",
      id: "${one(data.aws_subnets.subnet_found.ids)}",
    });
    expect(subnet).not.toHaveProperty("lifecycle");
  });
});
