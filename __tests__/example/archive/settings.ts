import type { CidrPlanProps } from "../../../modules/network/cidr-plan";
import { vpcCidrBlock } from "../../../settings/fields/cidr-block";
import { absolutePath, instanceType, oneOf, section, text, wholeNumber } from "../../../settings/fields/fields";
import type { StackSettings } from "../../../stacks/define-stack";

export const archiveSection = section({
  volumes: wholeNumber(1, 8).default(2).describe("Number of volumes that the archive uses."),
  mountPoint: absolutePath().default("/archive").describe("Folder below which the volumes are mounted: 0, 1 …"),
  fileSystem: oneOf(["ext4", "xfs"])
    .default("ext4")
    .describe("File system for a blank volume. A volume that already has one keeps it."),
  instanceType: instanceType()
    .default("t3.micro")
    .describe("Instance type. A change stops the host, resizes it in place and starts it."),
  imageId: text(/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/, "an image id such as ami-0123456789abcdef0")
    .nullable()
    .default(null)
    .describe("Image to boot; null: the newest official Debian 13. Only a new host boots another one."),
  rootVolumeSizeGiB: wholeNumber(8, 16384, "GiB")
    .default(8)
    .describe("Size of the root volume in GiB. It is deleted with the host."),
  cidrBlock: vpcCidrBlock()
    .default("10.20.0.0/24")
    .describe("IPv4 block of the VPC, from /16 to /28. Changing it replaces the VPC and the host."),
  title: text(/^\P{C}{1,200}$/u, "a line of at most 200 characters")
    .default("The archive")
    .describe("Title of the archive, which it reads at its start."),
  sharedParameterArn: text(
    /^arn:aws[a-z-]*:ssm:[a-z0-9-]+:\d{12}:parameter\/[\w./-]+$/,
    "the ARN of a parameter, such as arn:aws:ssm:eu-west-1:123456789012:parameter/motto",
  )
    .nullable()
    .default(null)
    .describe("Parameter of another account that the archive reads, too, if that account shares it; null: none."),
}).describe("The archive.");

export type ArchiveSettings = StackSettings<"archive", typeof archiveSection>;

/** How the VPC is split: a private subnet in the zone of the volumes. */
export function archiveNetwork(availabilityZone: string, cidrBlock: string): CidrPlanProps {
  return {
    cidrBlock: { value: cidrBlock, setting: "archive.cidrBlock" },
    availabilityZones: { value: [availabilityZone], setting: "aws.availabilityZone" },
    publicSubnets: false,
  };
}
