import type { Precondition } from "cdktf";
import { expect, it } from "vitest";
import { FoundSubnet } from "../../../modules/network/found-subnet";
import { VpcApartFrom } from "../../../modules/network/vpc-apart-from";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

let precondition: Precondition;
const { data } = synthesizeModule((stack) => {
  const setting = "test.subnetId";
  const subnet = new FoundSubnet(stack, "subnet", { choice: { value: { id: "subnet-0123" }, setting } });
  const block = "172.17.0.0/16";
  precondition = new VpcApartFrom(stack, "apart", { subnet, setting, block, usedFor: "Docker's network" }).precondition;
});

it("reads the VPC of the subnet, and nothing if there is none", () => {
  const vpcId = 'coalesce(one(data.aws_subnet.subnet[*].vpc_id), "none")';
  expect(only(data, "aws_vpc")).toMatchObject({ count: `\${${vpcId} == "none" ? 0 : 1}`, id: `\${${vpcId}}` });
});

it("says what is used for what, and what to do", () => {
  expect(precondition.errorMessage).toMatch(
    /^test\.subnetId: expected a subnet of a VPC apart from 172\.17\.0\.0\/16, Docker's network, got .*; name one of another VPC\.$/,
  );
});
