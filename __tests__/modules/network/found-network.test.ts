import { describe, expect, it } from "vitest";
import { FoundNetwork, type FoundNetworkProps } from "../../../modules/network/found-network";
import type { Network } from "../../../modules/network/network";
import { synthesizeModule } from "../synthesize-module";

function find(props: FoundNetworkProps) {
  let network: Network | undefined;
  const { data } = synthesizeModule((stack) => {
    network = new FoundNetwork(stack, "network", props);
  });
  return { network: network as unknown as Network, data };
}

const publicSubnets = {
  value: [{ defaultIn: "eu-west-1a" }, { defaultIn: "eu-west-1b" }],
  setting: "emr.publicSubnets",
};
const privateSubnets = { value: [{ id: "subnet-0123" }], setting: "emr.privateSubnets" };

describe("a network that exists", () => {
  it("has the subnets that are named, in their order", () => {
    const { network, data } = find({ publicSubnets, privateSubnets });
    expect([network.publicSubnets.length, network.privateSubnets.length]).toEqual([2, 1]);
    expect(Object.entries(data["aws_subnets"] ?? {}).map(([name, { filter }]) => [name, filter.at(-1).values])).toEqual(
      [
        ["network_private_subnet_0123_found", ["subnet-0123"]],
        ["network_public_eu_west_1a_found", ["eu-west-1a"]],
        ["network_public_eu_west_1b_found", ["eu-west-1b"]],
      ],
    );
  });

  it("names the entry of the setting that is wrong", () => {
    const { data } = find({ publicSubnets });
    const { network_public_eu_west_1b_found: second } = data["aws_subnets"] ?? {};
    const [condition] = second.lifecycle.postcondition;
    expect(condition.error_message).toMatch(/^emr\.publicSubnets\[1\]: expected a default subnet/);
  });

  it("is in one VPC: a plan fails for a subnet of another one", () => {
    const { data } = find({ publicSubnets, privateSubnets });
    const { network_public_eu_west_1a: first, network_private_subnet_0123: other } = data["aws_subnet"] ?? {};
    expect(first).not.toHaveProperty("lifecycle");
    const [condition] = other.lifecycle.postcondition;
    const vpc = 'coalesce(one(data.aws_subnet.network_public_eu_west_1a[*].vpc_id), "none")';
    expect(condition.condition).toBe(`\${self.vpc_id == ${vpc}}`);
    expect(condition.error_message).toMatch(/^emr\.privateSubnets\[0\]: expected a subnet of the same VPC as /);
  });

  it("fails: no subnet at all", () => {
    const none = { value: [], setting: "emr.publicSubnets" };
    expect(() => find({ publicSubnets: none })).toThrow("test/network: expected at least one subnet, got none");
  });
});
