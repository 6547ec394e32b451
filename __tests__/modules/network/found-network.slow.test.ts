import { TerraformOutput } from "cdktf";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FoundNetwork } from "../../../modules/network/found-network";
import type { SubnetChoice } from "../../../modules/network/found-subnet";
import type { Build } from "../synthesize-module";
import { TerraformUser } from "../terraform-user";

interface Choices {
  readonly public: readonly SubnetChoice[];
  readonly private?: readonly SubnetChoice[];
}

/** Networks by name. The output of that name is the VPC, and each subnet with its zone. */
const find =
  (networks: Readonly<Record<string, Choices>>): Build =>
  (stack) => {
    for (const [name, choices] of Object.entries(networks)) {
      const network = new FoundNetwork(stack, `network_${name}`, {
        publicSubnets: { value: choices.public, setting: `${name}.public` },
        privateSubnets: { value: choices.private ?? [], setting: `${name}.private` },
      });
      const subnets = [...network.publicSubnets, ...network.privateSubnets];
      const value = [network.vpcId, ...subnets.map(({ id, availabilityZone }) => `${id} in ${availabilityZone}`)];
      new TerraformOutput(stack, name, { value: value.join(", "), description: "What is found." });
    }
  };

describe("a network that exists, planned", () => {
  let user: TerraformUser;
  /** A VPC, and two subnets of it, both in the third zone. */
  let given: [string, string, string];
  /** The default VPC, and its subnets in the first two zones. */
  let byDefault: [string, string, string];

  beforeAll(async () => {
    user = await TerraformUser.start();
    const [[defaultVpc, a], [, b]] = await user.aws(
      ...["ec2", "describe-subnets", "--filters", "Name=default-for-az,Values=true"],
      ...["--query", "sort_by(Subnets, &AvailabilityZone)[].[VpcId, SubnetId]"],
    );
    byDefault = [defaultVpc, a, b];
    const { Vpc } = await user.aws("ec2", "create-vpc", "--cidr-block", "10.20.0.0/16");
    const where = ["--vpc-id", Vpc.VpcId, "--availability-zone", "eu-west-1c"];
    const make = async (block: string): Promise<string> =>
      (await user.aws("ec2", "create-subnet", ...where, "--cidr-block", block)).Subnet.SubnetId;
    given = [Vpc.VpcId, await make("10.20.0.0/24"), await make("10.20.1.0/24")];
  });
  afterAll(() => user?.end());

  it("is the default VPC's subnets or given ones in the order of the setting, and their VPC", async () => {
    const [vpc, first, second] = given;
    const [defaultVpc, a, b] = byDefault;
    const output = await user.plan(
      find({
        zones: { public: [{ defaultIn: "eu-west-1b" }, { defaultIn: "eu-west-1a" }] },
        ids: { public: [{ id: second }], private: [{ id: first }] },
      }),
    );
    expect(output).toContain(`+ zones = "${defaultVpc}, ${b} in eu-west-1b, ${a} in eu-west-1a"`);
    expect(output).toContain(`+ ids = "${vpc}, ${second} in eu-west-1c, ${first} in eu-west-1c"`);
  });

  it("fails: a wrong id, a zone without a default subnet, a subnet of another VPC, in one sentence each", async () => {
    const [vpc, first] = given;
    const [defaultVpc, a] = byDefault;
    const [inDefaultVpc, inVpc] = [`${a}, which is ${defaultVpc}`, `${first}, which is ${vpc}`];
    const problems = await user.failToPlan(
      find({
        id: { public: [{ id: first }], private: [{ id: "subnet-0123456789abcdef0" }] },
        zone: { public: [{ defaultIn: "eu-west-1z" }] },
        vpc: { public: [{ defaultIn: "eu-west-1a" }, { id: first }] },
        mixed: { public: [{ id: first }], private: [{ defaultIn: "eu-west-1a" }] },
      }),
    );
    const sentences = [
      "id.private[0]: expected a subnet of this account and region, got subnet-0123456789abcdef0, which is not there; " +
        "`aws ec2 describe-subnets` lists them.",
      `vpc.public[1]: expected a subnet of the same VPC as ${inDefaultVpc}, got ${first} of ${vpc}; name one of ${defaultVpc}.`,
      `mixed.private[0]: expected a subnet of the same VPC as ${inVpc}, got ${a} of ${defaultVpc}; name one of ${vpc}.`,
      "zone.public[0]: expected a default subnet in eu-west-1z, got none; name a subnet in that zone.",
    ];
    for (const sentence of sentences) expect(problems).toContainEqual(expect.stringContaining(sentence));
    expect(problems).toHaveLength(sentences.length);
  });

  it("lets what is in it be destroyed when one of its subnets is gone", async () => {
    const [, first, second] = given;
    await user.applyAndDestroy(find({ ids: { public: [{ id: first }], private: [{ id: second }] } }), () =>
      user.aws("ec2", "delete-subnet", "--subnet-id", second),
    );
  });
});
