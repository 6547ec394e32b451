import { describe, expect, it } from "vitest";
import { cidrPlanProblems } from "../../../modules/network/cidr-plan";
import { vpcCidrBlock } from "../../../settings/fields/cidr-block";
import { loadSettings } from "../../../stacks/settings";

const load = (blocks: readonly string[], anywhere = "false") =>
  loadSettings({
    environment: { WORKBENCH_SSH_ALLOW_FROM: JSON.stringify(blocks), WORKBENCH_SSH_ALLOW_ANYWHERE: anywhere },
  }).ssh.allowFrom;

describe("ssh.allowFrom", () => {
  it.each(["203.0.113.7/32", "10.0.0.0/8", "2001:db8::/32", "2001:db8:0:1::/64", "2001::/16", "::1/128"])(
    "accepts %s",
    (block) => {
      expect(load([block])).toEqual([block]);
    },
  );

  it.each([
    ["10.1.2.3/24", "10.1.2.0/24"],
    ["2001:db8::1/64", "2001:db8::/64"],
    ["2001:DB8::/32", "2001:db8::/32"],
    ["2001:0db8::/32", "2001:db8::/32"],
    ["2001:db8:0:0:0:0:0:0/32", "2001:db8::/32"],
    ["0::0/0", "::/0"],
  ])("fails: %s, and suggests %s", (block, meant) => {
    expect(() => load([block])).toThrow(
      `ssh.allowFrom[0]: expected a CIDR block without host bits, written as AWS does (${meant}), got "${block}"`,
    );
  });

  it.each([
    "10.0.0.0/33",
    "10.0.0/8",
    "010.0.0.0/8",
    "0x0a.0.0.0/8",
    "10.0.0.0",
    "2001:db8::/129",
    "anywhere",
    "fe80::1%eth0/64",
  ])("fails: %s", (block) => {
    expect(() => load([block])).toThrow(
      `ssh.allowFrom[0]: expected a CIDR block such as 203.0.113.7/32, got "${block}"`,
    );
  });

  it.each(["::ffff:203.0.113.7/128", "::ffff:0:0/96"])("fails: IPv4 in IPv6 notation, %s", (block) => {
    expect(() => load([block])).toThrow(
      `ssh.allowFrom[0]: expected a CIDR block such as 203.0.113.7/32, written as IPv4, got "${block}"`,
    );
  });

  it.each([["0.0.0.0/0"], ["::/0"], ["0.0.0.0/1", "128.0.0.0/1"], ["::/1", "8000::/1"], ["8.0.0.0/7"], ["2000::/3"]])(
    "fails: the whole internet, or a large part of it, without ssh.allowAnywhere: %s %s",
    (...blocks) => {
      const given = blocks.filter((block) => block !== undefined);
      expect(() => load(given)).toThrow(
        `ssh.allowFrom[${given.length - 1}]: expected a CIDR block no wider than /8 (IPv6: /16), ` +
          `or ssh.allowAnywhere: true to open the port to the whole internet, got "${given.at(-1)}"`,
      );
      expect(load(given, "true")).toEqual(given);
    },
  );

  it("fails: the whole internet in small blocks, more than a security group holds", () => {
    const pieces = Array.from({ length: 256 }, (_, first) => `${first}.0.0.0/8`);
    expect(() => load(pieces)).toThrow(
      "ssh.allowFrom: expected at most 60 CIDR blocks, as many as a security group has rules",
    );
  });
});

describe("vpcCidrBlock", () => {
  /** The phrases that complete "expected …". */
  const problems = (block: unknown): string[] | undefined =>
    vpcCidrBlock()
      .safeParse(block)
      .error?.issues.map(({ message }) => message);
  const planProblems = (block: string): readonly unknown[] =>
    cidrPlanProblems({
      cidrBlock: { value: block, setting: "vpc.cidrBlock" },
      availabilityZones: { value: ["eu-west-1a"], setting: "vpc.availabilityZones" },
      publicSubnets: false,
    });

  it.each(["10.0.0.0/16", "10.0.0.16/28", "172.31.255.0/24", "100.64.0.0/20"])("accepts %s, as a VPC does", (block) => {
    expect(problems(block)).toBeUndefined();
    expect(planProblems(block)).toEqual([]);
  });

  it.each([
    ...[
      "10.0.0.0/15",
      "10.0.0.0/8",
      "10.0.0.0/29",
      "10.0.0.5/8",
      "10.0.0.0/33",
      "10.0.0.0",
      "10.0.0.0/016",
      "10.0.0.0/+20",
      "10.0/16",
    ],
    ...["010.0.0.0/16", "999.0.0.0/20", "2001:db8::/32", "::ffff:10.0.0.0/24", "/20", "", "anywhere"],
  ])("fails: %j, as in a VPC", (block) => {
    expect(problems(block)).toEqual(["an IPv4 CIDR block from /16 to /28, such as 10.0.0.0/16"]);
    expect(planProblems(block)).toHaveLength(1);
  });

  it.each([16, null, ["10.0.0.0/16"]])("fails: %j, which is no text", (value) => {
    expect(problems(value)).toEqual(["an IPv4 CIDR block from /16 to /28, such as 10.0.0.0/16"]);
  });

  it("fails: host bits, and suggests the block without them", () => {
    expect(problems("10.1.2.3/24")).toEqual(["a CIDR block without host bits, written as AWS does (10.1.2.0/24)"]);
    expect(planProblems("10.1.2.3/24")).toHaveLength(1);
  });
});
