import { describe, expect, it } from "vitest";
import { InterfaceEndpoint } from "../../../modules/network/interface-endpoint";
import { cidrPeer } from "../../../modules/network/peer";
import { only } from "../../stacks/synthesize";
import { synthesizeModule } from "../synthesize-module";
import { someVpc, twoSubnets } from "./some-subnets";

const policy = '{"Version":"2012-10-17","Statement":[]}';

/** What Terraform gets of an endpoint in two zones, after `use`. */
const synthesizeEndpoint = (use: (endpoint: InterfaceEndpoint) => void = () => {}) =>
  synthesizeModule((stack) => {
    const props = { name: "test-ecr.api", vpc: someVpc, service: "ecr.api", policy };
    const subnets = { value: twoSubnets(stack), setting: "test.availabilityZones" };
    use(new InterfaceEndpoint(stack, "images", { ...props, subnets }));
  });

describe("an interface endpoint", () => {
  it("has its policy, and the service's usual names", () => {
    const { resource, data } = synthesizeEndpoint();
    expect(only(data, "aws_vpc_endpoint_service")).toMatchObject({ service: "ecr.api", service_type: "Interface" });
    expect(only(resource, "aws_vpc_endpoint")).toMatchObject({
      vpc_id: someVpc.vpcId,
      vpc_endpoint_type: "Interface",
      service_name: "${data.aws_vpc_endpoint_service.images_service.service_name}",
      private_dns_enabled: true,
      policy,
      security_group_ids: ["${aws_security_group.images_group.id}"],
      tags: { Name: "test-ecr.api" },
    });
  });

  it("has an address in each subnet whose zone has the service", () => {
    const zones = "data.aws_vpc_endpoint_service.images_service.availability_zones";
    expect(only(synthesizeEndpoint().resource, "aws_vpc_endpoint").subnet_ids).toBe(
      '${[for zone, id in { "eu-west-1a" = aws_subnet.a.id, "eu-west-1b" = aws_subnet.b.id } : ' +
        `id if contains(${zones}, zone)]}`,
    );
  });

  it("fails at the plan if no zone has the service", () => {
    const [condition] = only(synthesizeEndpoint().resource, "aws_vpc_endpoint").lifecycle.precondition;
    expect(condition.condition).toMatch(/^\$\{length\(setintersection\(\["eu-west-1a","eu-west-1b"\], /);
    expect(condition.error_message).toMatch(
      /^test\.availabilityZones: expected one of .*, where ecr\.api is, got eu-west-1a, eu-west-1b; add one of those\.$/,
    );
  });

  it("is closed until a peer is allowed, and then open on HTTPS alone", () => {
    expect(synthesizeEndpoint().resource).not.toHaveProperty("aws_vpc_security_group_ingress_rule");
    const { resource } = synthesizeEndpoint((endpoint) => endpoint.allowFrom(cidrPeer("10.0.0.0/16"), "Images"));
    expect(only(resource, "aws_vpc_security_group_ingress_rule")).toMatchObject({
      security_group_id: "${aws_security_group.images_group.id}",
      cidr_ipv4: "10.0.0.0/16",
      ip_protocol: "tcp",
      from_port: 443,
      to_port: 443,
    });
  });

  it("hands over itself and its rules, which must not be gone before those who need them", () => {
    synthesizeEndpoint((endpoint) => {
      expect(endpoint.ready).toHaveLength(1);
      endpoint.allowFrom(cidrPeer("10.0.0.0/16"), "Images");
      expect(endpoint.ready).toHaveLength(2);
    });
  });
});
