import { describe, expect, it } from "vitest";
import { cidrPeer } from "../../../modules/network/peer";
import { type Nat, Vpc, type VpcProps } from "../../../modules/network/vpc";
import { only, type TerraformJson } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const usual: VpcProps = {
  name: "test",
  cidrBlock: { value: "10.0.0.0/16", setting: "test.cidrBlock" },
  availabilityZones: { value: ["eu-west-1a", "eu-west-1b"], setting: "test.availabilityZones" },
};

/** What Terraform gets of a VPC, and of what `use` makes of it. */
function synthesizeVpc(props: Partial<VpcProps> = {}, use: (vpc: Vpc) => void = () => {}): TerraformJson {
  return synthesizeModule((stack) => use(new Vpc(stack, "vpc", { ...usual, ...props })));
}

const namesOf = (json: TerraformJson, type: string): string[] => Object.keys(json.resource[type] ?? {}).sort();

/** Where each route to the internet leads: `{ vpc_private_eu_west_1a: "aws_nat_gateway.…" }`. */
function waysOut(json: TerraformJson): Record<string, string> {
  const routes = Object.entries(json.resource["aws_route"] ?? {});
  return Object.fromEntries(
    routes.map(([name, route]) => {
      expect(route.destination_cidr_block).toBe("0.0.0.0/0");
      expect(route.route_table_id).toBe(`\${aws_route_table.${name.replace("_to_internet", "_routes")}.id}`);
      return [name.replace("_to_internet", ""), route.gateway_id ?? route.nat_gateway_id];
    }),
  );
}

const internetGateway = "${aws_internet_gateway.vpc_internet_gateway.id}";
const natOf = (zone: string): string => `\${aws_nat_gateway.vpc_nat_${zone}.id}`;
const onlyPublic = { vpc_public_eu_west_1a: internetGateway, vpc_public_eu_west_1b: internetGateway };

describe("a VPC", () => {
  it("resolves names, and gives them to machines", () => {
    expect(only(synthesizeVpc().resource, "aws_vpc")).toMatchObject({
      cidr_block: "10.0.0.0/16",
      enable_dns_support: true,
      enable_dns_hostnames: true,
      tags: { Name: "test" },
    });
  });

  it("has a private and a public subnet in each zone", () => {
    const subnets = Object.values(synthesizeVpc().resource["aws_subnet"] ?? {});
    expect(
      subnets.map(({ availability_zone, cidr_block, tags }) => [availability_zone, cidr_block, tags.Name]),
    ).toEqual([
      ["eu-west-1a", "10.0.0.0/20", "test-private-eu-west-1a"],
      ["eu-west-1b", "10.0.16.0/20", "test-private-eu-west-1b"],
      ["eu-west-1a", "10.0.252.0/22", "test-public-eu-west-1a"],
      ["eu-west-1b", "10.0.248.0/22", "test-public-eu-west-1b"],
    ]);
  });

  it("hands over the private subnet of a zone", () => {
    synthesizeVpc({}, (vpc) => {
      expect(vpc.privateSubnetIn({ value: "eu-west-1b", setting: "test.zone" })).toBe(vpc.privateSubnets[1]);
    });
  });

  it("fails to hand over one of a zone that it is not in, and names the settings", () => {
    synthesizeVpc({}, (vpc) => {
      expect(() => vpc.privateSubnetIn({ value: "eu-west-1c", setting: "test.zone" })).toThrow(
        'test.zone: expected one of the zones in test.availabilityZones (eu-west-1a, eu-west-1b), got "eu-west-1c".',
      );
    });
  });

  it("keeps the addresses and blocks of its subnets when a zone is appended", () => {
    const three = { ...usual.availabilityZones, value: ["eu-west-1a", "eu-west-1b", "eu-west-1c"] };
    const larger = synthesizeVpc({ availabilityZones: three }).resource["aws_subnet"];
    expect(larger).toMatchObject(synthesizeVpc().resource["aws_subnet"] ?? {});
  });

  it("takes every rule from its default security group, also one that somebody adds", () => {
    expect(only(synthesizeVpc().resource, "aws_default_security_group")).toMatchObject({
      vpc_id: "${aws_vpc.vpc.id}",
      ingress: [],
      egress: [],
    });
  });

  it("lets nobody in from the internet", () => {
    const json = synthesizeVpc({ nat: "one-per-zone" }, (vpc) => {
      vpc.addGatewayEndpoint("s3", "{}");
      vpc.addInterfaceEndpoint("ssm", "{}").allowFrom(cidrPeer(vpc.cidrBlock), "Systems Manager");
    });
    expect(Object.values(json.resource["aws_vpc_security_group_ingress_rule"] ?? {})).toEqual([
      expect.objectContaining({ cidr_ipv4: "10.0.0.0/16" }),
    ]);
  });

  it("fails at the plan for a zone that the region does not have, and names the setting", () => {
    const [condition] = only(synthesizeVpc().data, "aws_availability_zones").lifecycle.postcondition;
    expect(condition).toEqual({
      condition: '${length(setsubtract(["eu-west-1a","eu-west-1b"], self.names)) == 0}',
      error_message:
        'test.availabilityZones: expected only zones of the region (${join(", ", self.names)}), ' +
        "got eu-west-1a, eu-west-1b; set it to one or more of those.",
    });
  });

  it("fails: no room for its subnets", () => {
    expect(() => synthesizeVpc({ cidrBlock: { value: "10.0.0.0/27", setting: "test.cidrBlock" } })).toThrow(
      "test.cidrBlock: expected a larger block, with room for a private and a public subnet in each zone from a to b",
    );
  });
});

describe("what a VPC brings and adds", () => {
  it("records every connection, for 30 days unless somebody wants another time", () => {
    const recorded = (props?: Partial<VpcProps>) =>
      only(synthesizeVpc(props).resource, "aws_cloudwatch_log_group").retention_in_days;
    expect([recorded(), recorded({ flowLogRetentionDays: 365 })]).toEqual([30, 365]);
    expect(only(synthesizeVpc().resource, "aws_flow_log").vpc_id).toBe("${aws_vpc.vpc.id}");
  });

  it("gives every subnet the route of a gateway endpoint", () => {
    const { resource } = synthesizeVpc({}, (vpc) => vpc.addGatewayEndpoint("s3", "{}"));
    expect(only(resource, "aws_vpc_endpoint")).toMatchObject({
      vpc_id: "${aws_vpc.vpc.id}",
      tags: { Name: "test-s3" },
    });
    const routes = Object.values(resource["aws_vpc_endpoint_route_table_association"] ?? {});
    expect(routes.map(({ route_table_id }) => route_table_id)).toEqual(
      ["private_eu_west_1a", "private_eu_west_1b", "public_eu_west_1a", "public_eu_west_1b"].map(
        (subnet) => `\${aws_route_table.vpc_${subnet}_routes.id}`,
      ),
    );
  });

  it("gives an interface endpoint an address in each private subnet, and an address that Terraform can have", () => {
    const { resource } = synthesizeVpc({}, (vpc) => vpc.addInterfaceEndpoint("ecr.api", "{}"));
    const endpoint = resource["aws_vpc_endpoint"]?.["vpc_ecr_api_endpoint"];
    expect(endpoint).toMatchObject({ vpc_id: "${aws_vpc.vpc.id}", tags: { Name: "test-ecr.api" } });
    expect(endpoint.subnet_ids.match(/aws_subnet\.\w+/g)).toEqual([
      "aws_subnet.vpc_private_eu_west_1a",
      "aws_subnet.vpc_private_eu_west_1b",
    ]);
    expect(endpoint.lifecycle.precondition[0].error_message).toMatch(/^test\.availabilityZones: /);
  });
});

describe("the way to the internet", () => {
  it.each<[Nat, Record<string, string>, string[]]>([
    ["none", {}, []],
    [
      "single",
      { vpc_private_eu_west_1a: natOf("eu_west_1a"), vpc_private_eu_west_1b: natOf("eu_west_1a") },
      ["vpc_nat_eu_west_1a"],
    ],
    [
      "one-per-zone",
      { vpc_private_eu_west_1a: natOf("eu_west_1a"), vpc_private_eu_west_1b: natOf("eu_west_1b") },
      ["vpc_nat_eu_west_1a", "vpc_nat_eu_west_1b"],
    ],
  ])("with NAT %s: private subnets never use the internet gateway", (nat, privateWays, gateways) => {
    const json = synthesizeVpc({ nat });
    expect(waysOut(json)).toEqual({ ...onlyPublic, ...privateWays });
    expect(namesOf(json, "aws_nat_gateway")).toEqual(gateways);
  });

  it("puts each NAT gateway into the public subnet of its zone, once that has its route", () => {
    const { resource } = synthesizeVpc({ nat: "one-per-zone" });
    expect(resource["aws_nat_gateway"]?.["vpc_nat_eu_west_1b"]).toMatchObject({
      subnet_id: "${aws_subnet.vpc_public_eu_west_1b.id}",
      depends_on: expect.arrayContaining(["aws_route.vpc_public_eu_west_1b_to_internet"]),
    });
  });

  it("does not exist without public subnets", () => {
    const json = synthesizeVpc({ publicSubnets: false });
    expect(namesOf(json, "aws_subnet")).toEqual(["vpc_private_eu_west_1a", "vpc_private_eu_west_1b"]);
    for (const type of ["aws_internet_gateway", "aws_route", "aws_nat_gateway", "aws_eip"]) {
      expect(json.resource).not.toHaveProperty(type);
    }
  });

  it("fails: NAT gateways without public subnets", () => {
    expect(() => synthesizeVpc({ publicSubnets: false, nat: "single" })).toThrow(
      "test/vpc: expected public subnets, since nat is single, got publicSubnets: false",
    );
  });
});
