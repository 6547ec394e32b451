import { VpcSubnet } from "../../../modules/network/vpc-subnet";
import type { WorkbenchStack } from "../../../stacks/workbench-stack";

/** A VPC that no test is about. */
export const someVpc = { vpcId: "vpc-0123456789abcdef0" };

/** A subnet of that VPC in each of two zones: `aws_subnet.a` and `aws_subnet.b`. */
export function twoSubnets(stack: WorkbenchStack): readonly VpcSubnet[] {
  return ["a", "b"].map(
    (letter, index) =>
      new VpcSubnet(stack, letter, {
        name: `test-${letter}`,
        vpc: someVpc,
        availabilityZone: `eu-west-1${letter}`,
        cidrBlock: `10.0.${index}.0/24`,
      }),
  );
}
