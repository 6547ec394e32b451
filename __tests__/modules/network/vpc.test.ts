import { describe, expect, it } from "vitest";
import { cidrPeer } from "../../../modules/network/peer";
import { tcp } from "../../../modules/network/port";
import { SecurityGroup } from "../../../modules/network/security-group";
import { type Nat, Vpc, type VpcProps } from "../../../modules/network/vpc";
import type { WorkbenchStack } from "../../../stacks/workbench-stack";
import { only, type TerraformJson } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";

const usual: VpcProps = {
  name: "test",
  cidrBlock: { value: "10.0.0.0/16", setting: "test.cidrBlock" },
  availabilityZones: { value: ["eu-west-1a", "eu-west-1b"], setting: "test.availabilityZones" },
};

/** What Terraform gets of a VPC, and of what `use` makes of it. */
function synthesizeVpc(
  props: Partial<VpcProps> = {},
  use: (vpc: Vpc, stack: WorkbenchStack) => void = () => {},
): TerraformJson {
  return synthesizeModule((stack) => use(new Vpc(stack, "vpc", { ...usual, ...props }), stack));
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

  it("has a private and a public subnet in each zone, with a route table each", () => {
    const json = synthesizeVpc();
    const subnets = Object.values(json.resource["aws_subnet"] ?? {});
    expect(
      subnets.map(({ availability_zone, cidr_block, tags }) => [availability_zone, cidr_block, tags.Name]),
    ).toEqual([
      ["eu-west-1a", "10.0.0.0/20", "test-private-eu-west-1a"],
      ["eu-west-1b", "10.0.16.0/20", "test-private-eu-west-1b"],
      ["eu-west-1a", "10.0.252.0/22", "test-public-eu-west-1a"],
      ["eu-west-1b", "10.0.248.0/22", "test-public-eu-west-1b"],
    ]);
    for (const name of namesOf(json, "aws_subnet")) {
      expect(json.resource["aws_route_table_association"]?.[`${name}_routes_association`]).toMatchObject({
        subnet_id: `\${aws_subnet.${name}.id}`,
        route_table_id: `\${aws_route_table.${name}_routes.id}`,
      });
    }
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

  it("gives no machine a public address unless somebody asks for one", () => {
    for (const subnet of Object.values(synthesizeVpc().resource["aws_subnet"] ?? {})) {
      expect(subnet).not.toHaveProperty("map_public_ip_on_launch");
    }
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
      error_message: 'test.availabilityZones: expected some of ${join(", ", self.names)}, got eu-west-1a, eu-west-1b.',
    });
  });

  it("fails: no room for its subnets", () => {
    expect(() => synthesizeVpc({ cidrBlock: { value: "10.0.0.0/27", setting: "test.cidrBlock" } })).toThrow(
      "test.cidrBlock: expected a larger block, with room for a private and a public subnet in each zone from a to b",
    );
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

  it("puts each NAT gateway into the public subnet of its zone, with an address that stays", () => {
    const { resource } = synthesizeVpc({ nat: "one-per-zone" });
    expect(resource["aws_nat_gateway"]?.["vpc_nat_eu_west_1b"]).toMatchObject({
      subnet_id: "${aws_subnet.vpc_public_eu_west_1b.id}",
      allocation_id: "${aws_eip.vpc_nat_eu_west_1b_address.allocation_id}",
    });
  });

  it("keeps the internet gateway's route until NAT gateways and their addresses are gone", () => {
    const { resource } = synthesizeVpc({ nat: "single" });
    for (const type of ["aws_nat_gateway", "aws_eip"]) {
      expect(only(resource, type).depends_on).toContain("aws_route.vpc_public_eu_west_1a_to_internet");
    }
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

describe("flow logs", () => {
  it("record every connection in CloudWatch Logs for as long as wanted", () => {
    const { resource } = synthesizeVpc({ flowLogRetentionDays: 365 });
    expect(only(resource, "aws_flow_log")).toMatchObject({
      vpc_id: "${aws_vpc.vpc.id}",
      traffic_type: "ALL",
      log_destination: "${aws_cloudwatch_log_group.vpc_flow_logs_group.arn}",
      iam_role_arn: "${aws_iam_role.vpc_flow_logs_role.arn}",
    });
    expect(only(resource, "aws_cloudwatch_log_group").retention_in_days).toBe(365);
    expect(only(synthesizeVpc().resource, "aws_cloudwatch_log_group").retention_in_days).toBe(30);
  });

  it("have a role that writes to their own group, and that cannot make a group again after a destroy", () => {
    const { resource } = synthesizeVpc();
    const group = "${aws_cloudwatch_log_group.vpc_flow_logs_group.arn}";
    expect(JSON.parse(only(resource, "aws_iam_role_policy").policy).Statement).toEqual([
      {
        Effect: "Allow",
        Action: ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        Resource: [group, `${group}:*`],
      },
      { Effect: "Allow", Action: ["logs:DescribeLogGroups"], Resource: ["*"] },
    ]);
    expect(only(resource, "aws_iam_role").assume_role_policy).toContain("vpc-flow-logs.amazonaws.com");
    expect(only(resource, "aws_flow_log").depends_on).toEqual(["aws_iam_role_policy.vpc_flow_logs_role_statements"]);
  });
});

describe("a gateway endpoint", () => {
  const policy = '{"Version":"2012-10-17","Statement":[]}';

  it("has its policy, and a route in every subnet", () => {
    const { resource, data } = synthesizeVpc({}, (vpc) => vpc.addGatewayEndpoint("s3", policy));
    expect(only(data, "aws_vpc_endpoint_service")).toMatchObject({ service: "s3", service_type: "Gateway" });
    expect(only(resource, "aws_vpc_endpoint")).toMatchObject({
      vpc_endpoint_type: "Gateway",
      service_name: "${data.aws_vpc_endpoint_service.vpc_s3_endpoint_service.service_name}",
      policy,
      tags: { Name: "test-s3" },
    });
    // A list in the endpoint would be changed only after a route table in it is deleted.
    expect(only(resource, "aws_vpc_endpoint")).not.toHaveProperty("route_table_ids");
    const routes = Object.values(resource["aws_vpc_endpoint_route_table_association"] ?? {});
    expect(routes.map(({ route_table_id }) => route_table_id)).toEqual([
      "${aws_route_table.vpc_private_eu_west_1a_routes.id}",
      "${aws_route_table.vpc_private_eu_west_1b_routes.id}",
      "${aws_route_table.vpc_public_eu_west_1a_routes.id}",
      "${aws_route_table.vpc_public_eu_west_1b_routes.id}",
    ]);
  });

  it("is a peer: a security group lets its members reach the service's addresses", () => {
    const { resource } = synthesizeVpc({}, (vpc, stack) => {
      const group = new SecurityGroup(stack, "machines", { name: "machines", description: "Machines", vpc });
      group.allowTo(vpc.addGatewayEndpoint("dynamodb", policy), tcp(443), "Tables");
    });
    expect(resource["aws_vpc_security_group_egress_rule"]).toEqual({
      machines_to_dynamodb_tcp_443: expect.objectContaining({
        prefix_list_id: "${aws_vpc_endpoint.vpc_dynamodb_endpoint.prefix_list_id}",
      }),
    });
  });

  it("hands over its routes, which must not be gone before those who need them", () => {
    let ready: readonly unknown[] = [];
    synthesizeVpc({}, (vpc) => {
      ready = vpc.addGatewayEndpoint("s3", policy).ready;
    });
    expect(ready).toHaveLength(5);
  });
});

describe("an interface endpoint", () => {
  const policy = '{"Version":"2012-10-17","Statement":[]}';
  const synthesizeEndpoint = (use: (endpoint: ReturnType<Vpc["addInterfaceEndpoint"]>, vpc: Vpc) => void = () => {}) =>
    synthesizeVpc({}, (vpc) => use(vpc.addInterfaceEndpoint("ecr.api", policy), vpc));

  it("has its policy, and the service's usual names", () => {
    const { resource, data } = synthesizeEndpoint();
    expect(only(data, "aws_vpc_endpoint_service")).toMatchObject({ service: "ecr.api", service_type: "Interface" });
    expect(resource["aws_vpc_endpoint"]?.["vpc_ecr_api_endpoint"]).toMatchObject({
      vpc_endpoint_type: "Interface",
      private_dns_enabled: true,
      policy,
      security_group_ids: ["${aws_security_group.vpc_ecr_api_endpoint_group.id}"],
      tags: { Name: "test-ecr.api" },
    });
  });

  it("has an address in each private subnet whose zone has the service", () => {
    const subnetOf = (zone: string): string => `aws_subnet.vpc_private_${zone}.id`;
    const zones = "data.aws_vpc_endpoint_service.vpc_ecr_api_endpoint_service.availability_zones";
    expect(only(synthesizeEndpoint().resource, "aws_vpc_endpoint").subnet_ids).toBe(
      `\${[for zone, id in { "eu-west-1a" = ${subnetOf("eu_west_1a")}, "eu-west-1b" = ${subnetOf("eu_west_1b")} } : ` +
        `id if contains(${zones}, zone)]}`,
    );
  });

  it("leaves a subnet before that is deleted", () => {
    for (const subnet of Object.values(synthesizeEndpoint().resource["aws_subnet"] ?? {})) {
      expect(subnet.lifecycle).toEqual({ create_before_destroy: true });
    }
  });

  it("fails at the plan if no zone has the service", () => {
    const [condition] = only(synthesizeEndpoint().resource, "aws_vpc_endpoint").lifecycle.precondition;
    expect(condition.condition).toMatch(/^\$\{length\(setintersection\(\["eu-west-1a","eu-west-1b"\], /);
    expect(condition.error_message).toMatch(
      /^test\.availabilityZones: expected one of .*, where ecr\.api is, got eu-west-1a, eu-west-1b\.$/,
    );
  });

  it("is closed until a peer is allowed, and then open on HTTPS alone", () => {
    expect(synthesizeEndpoint().resource).not.toHaveProperty("aws_vpc_security_group_ingress_rule");
    const { resource } = synthesizeEndpoint((endpoint, vpc) => endpoint.allowFrom(cidrPeer(vpc.cidrBlock), "Images"));
    expect(only(resource, "aws_vpc_security_group_ingress_rule")).toMatchObject({
      security_group_id: "${aws_security_group.vpc_ecr_api_endpoint_group.id}",
      cidr_ipv4: "10.0.0.0/16",
      ip_protocol: "tcp",
      from_port: 443,
      to_port: 443,
    });
  });
});
