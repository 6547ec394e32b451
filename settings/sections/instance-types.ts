import { instanceType, section } from "../fields/fields";

/** Instance types of machines, by stack. The stack with a machine's data reads them, too: no zone offers every type. */
export const instanceTypesSection = section({
  ec2: instanceType()
    .default("t3.medium")
    .describe(
      "Instance type of the development machine. A change stops the machine, resizes it in place and starts it.",
    ),
  ecs: instanceType()
    .default("t3.medium")
    .describe("Instance type of the container host. A change stops the host, resizes it in place and starts it."),
}).describe("Instance types of machines, by stack. aws.availabilityZone must offer them.");
