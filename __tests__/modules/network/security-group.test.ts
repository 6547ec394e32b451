import { describe, expect, it } from "vitest";
import { cidrPeer, prefixListPeer } from "../../../modules/network/peer";
import { everyPort, tcp, udp } from "../../../modules/network/port";
import { SecurityGroup } from "../../../modules/network/security-group";
import type { WorkbenchStack } from "../../../stacks/workbench-stack";
import { synthesizeModule } from "../synthesize-module";

const vpc = { vpcId: "vpc-0123456789abcdef0" };
const makeGroup = (stack: WorkbenchStack, id: string) =>
  new SecurityGroup(stack, id, { name: `test-${id}`, description: `The ${id}`, vpc });

/** What Terraform gets of a group `web`, and of a group `database` beside it. */
function withGroups(build: (web: SecurityGroup, database: SecurityGroup) => void) {
  const { resource } = synthesizeModule((stack) => build(makeGroup(stack, "web"), makeGroup(stack, "database")));
  return {
    resource,
    ingress: resource["aws_vpc_security_group_ingress_rule"] ?? {},
    egress: resource["aws_vpc_security_group_egress_rule"] ?? {},
  };
}

describe("a security group", () => {
  it("lets nothing in or out, and has its name as its tag", () => {
    const { resource, ingress, egress } = withGroups(() => {});
    expect([ingress, egress]).toEqual([{}, {}]);
    expect(resource["aws_security_group"]?.["web"]).toEqual(
      expect.objectContaining({ name: "test-web", vpc_id: vpc.vpcId, tags: { Name: "test-web" } }),
    );
    expect(resource["aws_security_group"]?.["web"]).not.toHaveProperty("ingress");
    expect(resource["aws_security_group"]?.["web"]).not.toHaveProperty("egress");
  });

  it.each([
    [cidrPeer("10.0.0.0/8"), "10_0_0_0_8", { cidr_ipv4: "10.0.0.0/8" }],
    [cidrPeer("2001:db8::/32"), "2001_db8___32", { cidr_ipv6: "2001:db8::/32" }],
    [prefixListPeer("s3", { id: "pl-0123" }), "s3", { prefix_list_id: "pl-0123" }],
  ])("lets %j in, and not out", (peer, name, argument) => {
    const { ingress, egress } = withGroups((web) => web.allowFrom(peer, tcp(443), "HTTPS"));
    expect(egress).toEqual({});
    expect(Object.keys(ingress)).toEqual([`web_from_${name}_tcp_443`]);
    expect(ingress[`web_from_${name}_tcp_443`]).toMatchObject({
      ...argument,
      description: "HTTPS",
      security_group_id: "${aws_security_group.web.id}",
      from_port: 443,
      to_port: 443,
      ip_protocol: "tcp",
    });
  });

  it("lets its members reach another group, and leaves that group as it is", () => {
    const { ingress, egress } = withGroups((web, database) => web.allowTo(database, tcp(5432), "Queries"));
    expect(ingress).toEqual({});
    expect(egress).toEqual({
      web_to_database_tcp_5432: expect.objectContaining({
        security_group_id: "${aws_security_group.web.id}",
        referenced_security_group_id: "${aws_security_group.database.id}",
      }),
    });
  });

  it("lets its members reach each other", () => {
    const { ingress } = withGroups((web) => web.allowFrom(web, everyPort, "Members"));
    expect(ingress["web_from_web_all"]).toMatchObject({
      referenced_security_group_id: "${aws_security_group.web.id}",
      ip_protocol: "-1",
    });
  });

  it("makes one rule for each port", () => {
    const ports = [tcp(80), tcp(8000, 8010), udp(53), everyPort];
    const { ingress } = withGroups((web) => web.allowFrom(cidrPeer("10.0.0.0/8"), ports, "Several"));
    expect(
      Object.values(ingress).map(({ ip_protocol, from_port, to_port }) => [ip_protocol, from_port, to_port]),
    ).toEqual(
      expect.arrayContaining([
        ["tcp", 80, 80],
        ["tcp", 8000, 8010],
        ["udp", 53, 53],
        ["-1", undefined, undefined],
      ]),
    );
    expect(Object.keys(ingress).sort()).toEqual([
      "web_from_10_0_0_0_8_all",
      "web_from_10_0_0_0_8_tcp_80",
      "web_from_10_0_0_0_8_tcp_8000_8010",
      "web_from_10_0_0_0_8_udp_53",
    ]);
  });

  it("hands over every rule, for what must not outlive the way", () => {
    let ready: readonly unknown[] = [];
    withGroups((web, database) => {
      web.allowFrom(database, tcp(80), "HTTP");
      web.allowTo(database, [tcp(1), tcp(2)], "Two");
      ready = web.ready;
    });
    expect(ready).toHaveLength(3);
  });

  it("fails: a second rule for the same peer and port", () => {
    expect(() =>
      withGroups((web) => {
        web.allowFrom(cidrPeer("10.0.0.0/8"), tcp(80), "One");
        web.allowFrom(cidrPeer("10.0.0.0/8"), tcp(80), "The same");
      }),
    ).toThrow("There is already a Construct with name 'from_10_0_0_0_8_tcp_80' in SecurityGroup");
  });

  it("fails: a block that only the deploy knows, which no address can name", () => {
    expect(() => withGroups((web) => cidrPeer(web.id))).toThrow(
      "cidrPeer: expected a CIDR block that is known at synthesis, got a reference",
    );
  });

  it.each(["", "notebooks' libraries", "a\nb", "ä", "a".repeat(256)])(
    "fails to describe itself or a rule as %j, which EC2 refuses in the midst of a deploy",
    (description) => {
      const refused = /expected a description of 1 to 255 letters/;
      expect(() => withGroups((web) => web.allowFrom(cidrPeer("10.0.0.0/8"), tcp(443), description))).toThrow(refused);
      expect(() =>
        synthesizeModule((stack) => new SecurityGroup(stack, "web", { name: "web", description, vpc })),
      ).toThrow(refused);
    },
  );
});
