import { policyArn } from "../../settings/fields/aws-names";
import { idIfSourceIsId, imageId, subnetId } from "../../settings/fields/ec2-ids";
import { absolutePath, architectures, flag, listOf, oneOf, section, wholeNumber } from "../../settings/fields/fields";
import { rule } from "../../settings/fields/rules";
import { statement } from "../../settings/fields/statement";
import type { StackSettings } from "../define-stack";

const image = section({
  source: oneOf(["workbench", "debian", "id"])
    .default("debian")
    .describe(
      "workbench: the newest of our own images; debian: the newest official Debian 13; id: the image in ec2.image.id.",
    ),
  id: imageId()
    .nullable()
    .default(null)
    .describe(
      "Image to boot if ec2.image.source is id. " +
        "It can be any image that the account can use in aws.region, of any owner.",
    ),
  architecture: oneOf(architectures)
    .default("amd64")
    .describe("Processor architecture of the image; arm64 for Graviton instance types."),
  followNew: flag()
    .default(false)
    .describe(
      "true: the next deploy replaces a running machine if there is a newer image. " +
        "false: only a new machine boots the newer image.",
    ),
}).check(idIfSourceIsId("ec2.image"));

/** Settings of the development machine. */
export const ec2Section = section({
  image,
  rootVolumeSizeGiB: wholeNumber(8, 16384, "GiB")
    .default(20)
    .describe("Size of the root volume in GiB. It is deleted with the machine."),
  subnetId: subnetId()
    .nullable()
    .default(null)
    .describe("Subnet of the machine; null: the default VPC's subnet in aws.availabilityZone."),
  elasticAddress: flag()
    .default(true)
    .describe(
      "true: keep one public address (an Elastic IP) through stop, start and resize. " +
        "false: the subnet decides whether there is a public address, which changes at every start.",
    ),
  unmountOverSsh: flag()
    .default(true)
    .describe(
      "true: unmount over SSH before detaching the volume, and do not detach if that fails. " +
        "false: stop the machine, which unmounts as it shuts down. " +
        "Use false for a machine that no longer answers.",
    ),
  stopWhenIdle: section({
    afterMinutes: wholeNumber(5, 10080, "minutes")
      .nullable()
      .default(null)
      .describe(
        "The machine shuts itself down after so many minutes without a login, a busy kernel or REPL, or load; " +
          "`npm run open` starts it again. null: never.",
      ),
  }),
  role: section({
    managedPolicyArns: listOf(policyArn(), "policy ARNs")
      .default([])
      .describe(
        "Managed policies of the machine's role, in addition to Systems Manager's. " +
          "They must be in the partition of aws.region.",
      ),
    statements: listOf(statement, "statements with actions and resources")
      .default([])
      .describe("IAM statements of the machine's role."),
  }).check(
    rule(({ managedPolicyArns = [] }, context) => {
      const names = managedPolicyArns.map((arn = "") => `${arn.split(":")[4]} ${arn.slice(arn.lastIndexOf("/") + 1)}`);
      for (const [index, name] of names.entries()) {
        if (names.indexOf(name) === index) continue;
        const message = "a policy with another name than those before it, since an account has one policy of a name";
        context.addIssue({
          code: "custom",
          path: ["managedPolicyArns", index],
          input: managedPolicyArns[index],
          message,
        });
      }
    }),
  ),
  mount: section({
    mountPoint: absolutePath().default("/data").describe("Mount point of the data volume."),
    fileSystem: oneOf(["ext4", "xfs"])
      .default("ext4")
      .describe("File system for a blank volume. A volume that already has one keeps it."),
    waitSec: wholeNumber(1, 3600, "seconds").default(120).describe("Seconds to wait for the attached device."),
  }),
}).describe("The development machine.");

/** Sections that the stack shares with others. */
export const ec2Shares = ["ssh", "services", "instanceTypes", "image"] as const;

/** The settings that the stack reads. */
export type Ec2Settings = StackSettings<"ec2", typeof ec2Section, (typeof ec2Shares)[number]>;
