import { availabilityZone, policyArn, region } from "../fields/aws-names";
import { section, text } from "../fields/fields";
import { rule } from "../fields/rules";

/** Where every stack is deployed. */
export const awsSection = section({
  region: region().default("eu-west-1").describe("AWS region of every stack."),
  availabilityZone: availabilityZone()
    .default("eu-west-1a")
    .describe("Availability zone of data volumes and their machines. A volume attaches only in its own zone."),
  profile: text(/^((?![$%]\{)[^\s\p{C}])+$/u, "the name of an AWS profile")
    .nullable()
    .default(null)
    .describe("Named profile of the AWS configuration; null: credentials from the environment (SSO, role, variables)."),
  permissionsBoundaryArn: policyArn()
    .nullable()
    .default(null)
    .describe(
      "Managed policy that limits every IAM role that a stack but `state` makes, as its permissions boundary; null: none.",
    ),
})
  .check(
    rule(({ region, availabilityZone }, context) => {
      if (region !== undefined && availabilityZone !== undefined && availabilityZone.slice(0, -1) !== region) {
        const message = `a zone of aws.region ${region}, such as ${region}a`;
        context.addIssue({ code: "custom", path: ["availabilityZone"], input: availabilityZone, message });
      }
    }),
  )
  .describe("Where every stack is deployed.");
