import { beforeAll, describe, expect, it } from "vitest";
import { checkout, synthesizeIn } from "../checkout";
import { stackNames } from "../stacks/synthesize";
import { addExample, exampleStacks } from "./add-example";

/** Exactly these problems, and so no stack trace. */
const problems = (...sentences: readonly string[]): Error => {
  const count = sentences.length === 1 ? "one setting is wrong" : `${sentences.length} settings are wrong`;
  return new Error([`${count}:`, ...sentences.map((sentence) => `  ${sentence}`), ""].join("\n"));
};

describe("the block of the archive's VPC", () => {
  let directory: string;
  beforeAll(() => {
    directory = checkout();
    addExample(directory);
  });

  const synthesize = (cidrBlock: string, others: NodeJS.ProcessEnv = {}): Record<string, string> =>
    synthesizeIn(directory, { WORKBENCH_ARCHIVE_CIDR_BLOCK: cidrBlock, ...others });

  it("may be as small as one subnet, and every stack is written", () => {
    const files = Object.keys(synthesize("10.20.0.0/28"));
    expect(files).toEqual(
      expect.arrayContaining([...stackNames, ...exampleStacks].map((name) => `/stacks/${name}/cdk.tf.json`)),
    );
  });

  it.each(["10.0.0.0/29", "10.0.0.0/8", "2001:db8::/32"])(
    "fails with one sentence: %s, which is no block for a VPC",
    (block) => {
      expect(() => synthesize(block)).toThrow(
        problems(
          "WORKBENCH_ARCHIVE_CIDR_BLOCK: archive.cidrBlock: " +
            `expected an IPv4 CIDR block from /16 to /28, such as 10.0.0.0/16, got "${block}"`,
        ),
      );
    },
  );

  it("fails with one sentence: no room for the zone", () => {
    expect(() => synthesize("10.20.0.0/28", { WORKBENCH_AWS_AVAILABILITY_ZONE: "eu-west-1b" })).toThrow(
      problems(
        "WORKBENCH_ARCHIVE_CIDR_BLOCK: archive.cidrBlock: " +
          "expected a larger block, with room for a private subnet in each zone from a to b, " +
          'since aws.availabilityZone has eu-west-1b, got "10.20.0.0/28"',
      ),
    );
  });

  it("fails with a sentence for each setting that is wrong", () => {
    expect(() => synthesize("10.0.0.0/29", { WORKBENCH_AWS_AVAILABILITY_ZONE: "eu-west-1" })).toThrow(
      problems(
        "WORKBENCH_AWS_AVAILABILITY_ZONE: aws.availabilityZone: " +
          'expected an availability zone such as eu-west-1a, got "eu-west-1"',
        "WORKBENCH_ARCHIVE_CIDR_BLOCK: archive.cidrBlock: " +
          'expected an IPv4 CIDR block from /16 to /28, such as 10.0.0.0/16, got "10.0.0.0/29"',
      ),
    );
  });
});
