import type { Precondition } from "cdktf";
import { expect, it } from "vitest";
import { FoundSubnet } from "../../../modules/network/found-subnet";
import { WayOut } from "../../../modules/network/way-out";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

let precondition: Precondition;
const { data } = synthesizeModule((stack) => {
  const setting = "test.subnetId";
  const subnet = new FoundSubnet(stack, "subnet", { choice: { value: { id: "subnet-0123" }, setting } });
  precondition = new WayOut(stack, "way_out", { subnet, setting }).precondition;
});

it("reads the route table of the subnet, else the VPC's main one, and nothing if there is neither", () => {
  const tables = "concat(data.aws_route_tables.way_out_own.ids, data.aws_route_tables.way_out_main.ids)";
  expect(only(data, "aws_route_table")).toMatchObject({
    count: `\${min(1, length(${tables}))}`,
    route_table_id: `\${${tables}[count.index]}`,
  });
});

it("says what to do", () => {
  expect(precondition.errorMessage).toMatch(
    /^test\.subnetId: expected a subnet that gives public addresses, .*--map-public-ip-on-launch`, or name a subnet with a NAT gateway\.$/,
  );
});
