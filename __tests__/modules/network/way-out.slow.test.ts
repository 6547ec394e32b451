import { DataResource } from "cdktf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FoundSubnet } from "../../../modules/network/found-subnet";
import { VpcApartFrom } from "../../../modules/network/vpc-apart-from";
import { WayOut } from "../../../modules/network/way-out";
import type { Build } from "../synthesize-module";
import { TerraformUser } from "../terraform-user";

/** Something in each subnet that needs a way out, and whose own network is Docker's. */
const use =
  (subnets: Readonly<Record<string, string>>): Build =>
  (stack) => {
    for (const [name, id] of Object.entries(subnets)) {
      const setting = `${name}.subnetId`;
      const subnet = new FoundSubnet(stack, `subnet_${name}`, { choice: { value: { id }, setting } });
      const block = "172.17.0.0/16";
      const apart = new VpcApartFrom(stack, `apart_${name}`, { subnet, setting, block, usedFor: "Docker's network" });
      const out = new WayOut(stack, `way_out_${name}`, { subnet, setting });
      new DataResource(stack, name, {
        input: { id: subnet.id },
        lifecycle: { precondition: [apart.precondition, out.precondition] },
      });
    }
  };

describe("a subnet for a container host, planned", () => {
  let user: TerraformUser;
  let vpc: string;
  let gateway: string;

  beforeAll(async () => {
    user = await TerraformUser.start();
    vpc = await makeVpc("10.20.0.0/16");
    gateway = (await user.aws("ec2", "create-internet-gateway")).InternetGateway.InternetGatewayId;
    await user.aws("ec2", "attach-internet-gateway", "--internet-gateway-id", gateway, "--vpc-id", vpc);
    const main = ["--filters", `Name=vpc-id,Values=${vpc}`, "Name=association.main,Values=true"];
    const [table] = (await user.aws("ec2", "describe-route-tables", ...main)).RouteTables;
    await routeToInternet(table.RouteTableId);
  });
  afterAll(() => user?.end());

  const makeVpc = async (block: string): Promise<string> =>
    (await user.aws("ec2", "create-vpc", "--cidr-block", block)).Vpc.VpcId;

  const makeSubnet = async (vpcId: string, block: string): Promise<string> =>
    (await user.aws("ec2", "create-subnet", "--vpc-id", vpcId, "--cidr-block", block)).Subnet.SubnetId;

  const giveTable = async (subnet: string): Promise<string> => {
    const { RouteTable } = await user.aws("ec2", "create-route-table", "--vpc-id", vpc);
    const to = ["--route-table-id", RouteTable.RouteTableId, "--subnet-id", subnet];
    await user.aws("ec2", "associate-route-table", ...to);
    return RouteTable.RouteTableId;
  };

  const routeToInternet = (table: string): Promise<unknown> => {
    const route = ["--destination-cidr-block", "0.0.0.0/0", "--gateway-id", gateway];
    return user.aws("ec2", "create-route", "--route-table-id", table, ...route);
  };

  const givePublicAddresses = (subnet: string): Promise<unknown> =>
    user.aws("ec2", "modify-subnet-attribute", "--subnet-id", subnet, "--map-public-ip-on-launch");

  it("passes: it gives public addresses, or its way out is no internet gateway", async () => {
    const open = await makeSubnet(vpc, "10.20.0.0/24");
    await givePublicAddresses(open);
    const isolated = await makeSubnet(vpc, "10.20.1.0/24");
    await giveTable(isolated);
    const output = await user.plan(use({ open, isolated }));
    for (const name of ["open", "isolated"]) expect(output).toContain(`# terraform_data.${name} will be created`);
  });

  it("fails: an internet gateway in the VPC's or in its own route table, and no public addresses", async () => {
    const byMain = await makeSubnet(vpc, "10.20.2.0/24");
    const byOwn = await makeSubnet(vpc, "10.20.3.0/24");
    await routeToInternet(await giveTable(byOwn));
    const problems = await user.failToPlan(use({ byMain, byOwn }));
    for (const [name, id] of Object.entries({ byMain, byOwn })) {
      expect(problems).toContainEqual(
        expect.stringContaining(
          `${name}.subnetId: expected a subnet that gives public addresses, since its way to the internet is ${gateway}, ` +
            `got ${id}, which gives none; ` +
            `run \`aws ec2 modify-subnet-attribute --subnet-id ${id} --map-public-ip-on-launch\`, ` +
            "or name a subnet with a NAT gateway.",
        ),
      );
    }
    expect(problems).toHaveLength(2);
  });

  it("fails: a VPC with a block in Docker's network, as its first or as a later one", async () => {
    const within = await makeVpc("10.21.0.0/16");
    await user.aws("ec2", "associate-vpc-cidr-block", "--vpc-id", within, "--cidr-block", "172.17.128.0/24");
    const vpcs = { within, same: await makeVpc("172.17.0.0/16") };
    const subnets = {
      within: await makeSubnet(vpcs.within, "10.21.0.0/24"),
      same: await makeSubnet(vpcs.same, "172.17.0.0/24"),
    };
    const blocks = { within: "172.17.128.0/24", same: "172.17.0.0/16" };
    const problems = await user.failToPlan(use(subnets));
    for (const name of ["within", "same"] as const) {
      expect(problems).toContainEqual(
        expect.stringContaining(
          `${name}.subnetId: expected a subnet of a VPC apart from 172.17.0.0/16, Docker's network, ` +
            `got ${subnets[name]} of ${vpcs[name]}, which has ${blocks[name]}; name one of another VPC.`,
        ),
      );
    }
    expect(problems).toHaveLength(2);
  });

  it("lets what is in it be destroyed when it is gone", async () => {
    const subnet = await makeSubnet(vpc, "10.20.4.0/24");
    await givePublicAddresses(subnet);
    await user.applyAndDestroy(use({ subnet }), () => user.aws("ec2", "delete-subnet", "--subnet-id", subnet));
  });
});
