import { z } from "zod";
import type { CidrPlanProps } from "../../modules/network/cidr-plan";
import { kmsKeyArn } from "../../settings/fields/aws-names";
import { cidrBlock, isWiderThanANetwork, vpcCidrBlock } from "../../settings/fields/cidr-block";
import { idIfSourceIsId, imageId, subnetId } from "../../settings/fields/ec2-ids";
import {
  absolutePath,
  architectures,
  emailAddress,
  flag,
  listOf,
  oneOf,
  section,
  text,
  wholeNumber,
} from "../../settings/fields/fields";
import { retentionDays } from "../../settings/fields/log-retention";
import { rule } from "../../settings/fields/rules";
import type { StackSettings } from "../define-stack";
import { serviceNamePattern, serviceNamePhrase } from "../names/containers";
import { image, memoryMiB, serviceSection, stopTimeoutSec } from "./service-settings";

const hostImage = section({
  source: oneOf(["amazon", "workbench", "id"])
    .default("amazon")
    .describe(
      "amazon: AWS's newest image for ECS, on Amazon Linux 2023; workbench: the newest of our own, which only the " +
        "local AWS can use; id: the image in ecs.hostImage.id.",
    ),
  id: imageId()
    .nullable()
    .default(null)
    .describe(
      "Image to boot if ecs.hostImage.source is id: " +
        "one with Docker, the ECS agent and AWS's Systems Manager agent, which uses systemd.",
    ),
  architecture: oneOf(architectures)
    .default("amd64")
    .describe("Processor architecture of the image; arm64 for Graviton instance types."),
  followNew: flag()
    .default(false)
    .describe(
      "true: the next deploy replaces the host if there is a newer image. false: only a new host boots the newer image.",
    ),
}).check(idIfSourceIsId("ecs.hostImage"));

/** Smallest root volume in GiB for AWS's image: the size of its snapshot. */
const amazonRootSizeGiB = 30;

/** Settings of the container host and its services. */
export const ecsSection = section({
  hostImage,
  rootVolumeSizeGiB: wholeNumber(8, 16384, "GiB")
    .default(amazonRootSizeGiB)
    .describe("Size of the root volume in GiB, which holds the images of containers. It is deleted with the host."),
  subnetId: subnetId()
    .nullable()
    .default(null)
    .describe("Subnet of the host; null: the default VPC's subnet in aws.availabilityZone, or that of ecs.cidrBlock."),
  cidrBlock: vpcCidrBlock()
    .nullable()
    .default(null)
    .describe("IPv4 block of a VPC to make for the host, with a public subnet; null: no VPC is made."),
  mountPoint: absolutePath().default("/opt/couchdb").describe("Where the host mounts the data volume."),
  fileSystem: oneOf(["ext4", "xfs"])
    .default("ext4")
    .describe("File system for a blank volume. A volume that already has one keeps it."),
  waitSec: wholeNumber(1, 3600, "seconds")
    .default(120)
    .describe("Seconds that the host waits for the volume at its boot. A volume that comes later is mounted, too."),
  couchdb: section({
    image: image()
      .nullable()
      .default(null)
      .describe(
        "CouchDB 3's image by its digest: in the repository couchdb of ecs-data, or elsewhere. " +
          "null: what `npm run release` released last.",
      ),
    memoryMiB: memoryMiB(1024),
    adminName: text(/^[a-z][a-z0-9_-]{0,31}$/, "at most 32 of a-z 0-9 _ -, a letter first")
      .default("admin")
      .describe(
        "Name of CouchDB's admin. The password is in Secrets Manager. " +
          "After a change, the former admin stays with the password that it had: delete it in Fauxton.",
      ),
    openTo: listOf(cidrBlock(), "CIDR blocks")
      .max(20, { error: "at most 20 CIDR blocks" })
      .default([])
      .describe(
        "CIDR blocks that may reach CouchDB and Fauxton on port 5984, without TLS. " +
          "None is needed: the output fauxton has a command that forwards the port.",
      ),
    stopTimeoutSec: stopTimeoutSec(60),
  }),
  grandCentral: serviceSection.describe("Grand Central, the application that keeps its documents in CouchDB."),
  services: z
    .record(text(serviceNamePattern, serviceNamePhrase), serviceSection, {
      error: (issue) => (issue.code === "invalid_key" ? serviceNamePhrase : "a section of services by name"),
    })
    .default({})
    .describe("More services on the host, by name. Each has the settings of ecs.grandCentral."),
  secretsKeyArns: listOf(kmsKeyArn(), "ARNs of KMS keys")
    .default([])
    .describe("Customer managed KMS keys that encrypt secrets of services. ECS may decrypt those secrets with them."),
  alarms: section({
    emails: listOf(emailAddress(), "e-mail addresses")
      .default([])
      .describe("Who gets the alarms. Each has to confirm the subscription that AWS mails."),
    volumeUsedPercent: wholeNumber(1, 100, "percent")
      .default(80)
      .describe("Fill level of the data volume at which an alarm is raised."),
  }),
  logRetentionDays: retentionDays().default(30).describe("Days that CloudWatch keeps what the containers print."),
})
  .check(
    rule(({ hostImage, rootVolumeSizeGiB, subnetId, cidrBlock, couchdb }, context) => {
      const report = (path: (string | number)[], input: unknown, message: string) =>
        context.addIssue({ code: "custom", path, input, message });
      if (hostImage?.source === "amazon" && rootVolumeSizeGiB !== undefined && rootVolumeSizeGiB < amazonRootSizeGiB) {
        report(["rootVolumeSizeGiB"], rootVolumeSizeGiB, `at least ${amazonRootSizeGiB} GiB, as AWS's image has`);
      }
      if (subnetId && cidrBlock) {
        report(["cidrBlock"], cidrBlock, "null, since ecs.subnetId names a subnet of another VPC");
      }
      for (const [index, block] of (couchdb?.openTo ?? []).entries()) {
        if (block === undefined || !isWiderThanANetwork(block)) continue;
        report(["couchdb", "openTo", index], block, "a CIDR block no wider than /8 (IPv6: /16)");
      }
    }),
  )
  .describe("The container host, CouchDB, Grand Central, and more services.");

/** Sections that the stack shares with others. */
export const ecsShares = ["instanceTypes"] as const;

/** The settings that the stack reads. */
export type EcsSettings = StackSettings<"ecs", typeof ecsSection, (typeof ecsShares)[number]>;

/** How the VPC of a host is split: a public subnet in the zone of the volume. The private one stays empty. */
export function ecsNetwork(availabilityZone: string, cidrBlock: string): CidrPlanProps {
  return {
    cidrBlock: { value: cidrBlock, setting: "ecs.cidrBlock" },
    availabilityZones: { value: [availabilityZone], setting: "aws.availabilityZone" },
    publicSubnets: true,
  };
}
