import { expect, test } from "vitest";
import { inDeployOrder } from "../../../scripts/terraform/synthesize";

const stack = (name: string, ...dependencies: string[]) => ({ name, dependencies, workingDirectory: `stacks/${name}` });

test.each([
  ["in their own order", [stack("ebs"), stack("ec2"), stack("state")], ["ebs", "ec2", "state"]],
  ["dependencies first", [stack("a", "c"), stack("b"), stack("c", "b")], ["b", "c", "a"]],
  ["without a dependency that does not exist", [stack("a", "gone")], ["a"]],
])("stacks are deployed %s", (_name, stacks, expected) => {
  expect(inDeployOrder(stacks).map(({ name }) => name)).toEqual(expected);
});
