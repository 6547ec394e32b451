import { z } from "zod";
import type { VolumeType } from "../modules/storage/data-volume";
import { volumeLimits, volumeProblems } from "../stacks/ebs/volume-limits";
import { architectures } from "../stacks/names/images";
import { cidrBlock, isWiderThanANetwork } from "./fields/cidr-block";
import {
  absolutePath,
  filePath,
  flag,
  instanceType,
  kmsKeyArn,
  listOf,
  oneOf,
  port,
  section,
  text,
  unprivilegedPort,
  wholeNumber,
} from "./fields/fields";
import { tags } from "./fields/tags";
import { type RightParts, rule } from "./load/rules";
import { regionProblems } from "./region-rules";
import { imageSettings } from "./sections/image";

// A run checks its settings once; to compile a checker for that takes longer than the check.
z.config({ jitless: true });

const volumeTypes = Object.keys(volumeLimits) as [VolumeType, ...VolumeType[]];

const region = () => text(/^[a-z]{2,4}(-[a-z]+)+-\d$/, "an AWS region such as eu-west-1");

const aws = section({
  region: region().describe("AWS region of every stack."),
  availabilityZone: text(/^[a-z]{2,4}(-[a-z]+)+-\d[a-z]$/, "an availability zone such as eu-west-1a").describe(
    "Zone of the data volume and the machine; a volume attaches only in its own zone.",
  ),
  profile: text(/^((?![$%]\{)[^\s\p{C}])+$/u, "the name of an AWS profile")
    .nullable()
    .describe("Named profile; null: the environment's credentials."),
}).check(
  rule(({ region, availabilityZone }, context) => {
    if (region !== undefined && availabilityZone !== undefined && availabilityZone.slice(0, -1) !== region) {
      const message = `a zone of aws.region ${region}, such as ${region}a`;
      context.addIssue({ code: "custom", path: ["availabilityZone"], input: availabilityZone, message });
    }
  }),
);

const state = section({
  directory: text(
    /^(?![/~])(\.\.\/)*((?!\/\.\.(\/|$)|[$%]\{)\P{C})+$/u,
    "a folder relative to the project, such as state",
  ).describe("Folder of the state files, relative to the project; used when state.bucket is null."),
  bucket: text(/^(?!.*\.\.)(?!\d+(\.\d+){3}$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, "the name of an S3 bucket")
    .nullable()
    .describe("S3 bucket of the state files; null: local files."),
  region: region()
    .nullable()
    .describe(
      "Region of state.bucket, where the state stack makes it; null: aws.region. Changing this replaces the bucket.",
    ),
  preventDestroy: flag().describe("Refuse every plan that destroys or replaces the state bucket."),
});

const snapshotSchedule = section({
  enabled: flag().describe("Take daily snapshots of the data volume."),
  timeUtc: text(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time such as "03:00"').describe("When, in UTC."),
  retainCount: wholeNumber(1, 1000).describe("How many daily snapshots to keep."),
});

const ebs = section({
  volumeSizeGiB: wholeNumber(1, 65536, "GiB").describe("Size of the data volume in GiB; it can grow, never shrink."),
  volumeType: oneOf(volumeTypes).describe("Type of the data volume."),
  iops: wholeNumber(100, 256000).describe("Provisioned IOPS; gp3, io1 and io2 only."),
  throughputMiBps: wholeNumber(...volumeLimits.gp3.throughput, "MiB/s").describe(
    "Provisioned throughput; gp3 only. AWS sells up to 2000 MiB/s, the AWS provider accepts 1000.",
  ),
  kmsKeyArn: kmsKeyArn()
    .nullable()
    .describe("Customer managed KMS key; null: the account's EBS key. Changing this replaces the volume."),
  snapshotId: text(/^snap-([0-9a-f]{8}|[0-9a-f]{17})$/, "a snapshot id such as snap-0123456789abcdef0")
    .nullable()
    .describe("Snapshot to restore a new volume from. Changing this replaces the volume."),
  preventDestroy: flag().describe("Refuse every plan that destroys or replaces the volume."),
  finalSnapshot: flag().describe("Keep a last snapshot when the volume is destroyed on purpose."),
  snapshotSchedule,
}).check(
  rule((volume, context) => {
    for (const { key, expected } of volumeProblems(volume)) {
      context.addIssue({ code: "custom", path: [key], input: volume[key], message: expected });
    }
  }),
);

const statement = section({
  actions: listOf(text(/^(\*|[a-zA-Z0-9-]+:[\w*?]+)$/, "an IAM action such as s3:GetObject"), "IAM actions").min(1, {
    error: "at least one IAM action",
  }),
  resources: listOf(text(/^(\*|arn:\S+)$/, "an ARN"), "ARNs").min(1, { error: "at least one ARN" }),
});

const image = section({
  source: oneOf(["workbench", "debian", "id"]).describe(
    "workbench: the newest of our own images; debian: the newest official Debian 13; id: the image in ec2.image.id.",
  ),
  id: text(/^ami-([0-9a-f]{8}|[0-9a-f]{17})$/, "an image id such as ami-0123456789abcdef0")
    .nullable()
    .describe(
      "Image to boot when ec2.image.source is id: any that the account may use in aws.region, whoever owns it.",
    ),
  architecture: oneOf(architectures).describe(
    "Processor architecture of the image; arm64 for Graviton instance types.",
  ),
  followNew: flag().describe("A newer image replaces a running machine at the next deploy."),
}).check(
  rule(({ source, id }, context) => {
    if (source !== undefined && id !== undefined && (source === "id") !== (id !== null)) {
      const message =
        id === null ? "an image id, since ec2.image.source is id" : "null, since ec2.image.source is not id";
      context.addIssue({ code: "custom", path: ["id"], input: id, message });
    }
  }),
);

const ec2 = section({
  instanceType: instanceType().describe(
    "Instance type; a change stops the machine, resizes it in place and starts it.",
  ),
  image,
  rootVolumeSizeGiB: wholeNumber(8, 16384, "GiB").describe(
    "Size of the root volume in GiB; nothing on it outlives the machine.",
  ),
  subnetId: text(/^subnet-([0-9a-f]{8}|[0-9a-f]{17})$/, "a subnet id such as subnet-0123456789abcdef0")
    .nullable()
    .describe("Subnet of the machine; null: the default VPC's subnet in aws.availabilityZone."),
  elasticAddress: flag().describe("Keep one public address through stop, start and resize."),
  unmountOverSsh: flag().describe(
    "Unmount over SSH before a detach. false: detach by stopping the machine, for one that no longer answers.",
  ),
  role: section({
    managedPolicyArns: listOf(
      text(/^arn:aws[a-z-]*:iam::(aws|\d{12}):policy\/[\w+=,.@/-]+$/, "the ARN of an IAM policy"),
      "policy ARNs",
    ).describe("Managed policies of the machine's role, beside Systems Manager's, in the partition of aws.region."),
    statements: listOf(statement, "statements with actions and resources").describe(
      "IAM statements of the machine's role.",
    ),
  }),
  mount: section({
    mountPoint: absolutePath().describe("Where the data volume is mounted."),
    fileSystem: oneOf(["ext4", "xfs"]).describe("File system for a blank volume; a volume that has one keeps it."),
    waitSec: wholeNumber(1, 3600, "seconds").describe("How long to wait for the attached device, in seconds."),
  }),
});

const ssh = section({
  allowFrom: listOf(cidrBlock(), "CIDR blocks")
    .max(60, { error: "at most 60 CIDR blocks, as many as a security group has rules" })
    .describe(
      "CIDR blocks that may connect; stack ec2 needs at least one, or nobody could log in, nor could Terraform mount.",
    ),
  allowAnywhere: flag().describe(
    "Allow blocks in ssh.allowFrom that are wider than a network of one's own: IPv4 wider than /8, IPv6 wider than /16.",
  ),
  port: port().describe("SSH port of the machine. Changing this replaces the machine."),
  user: text(/^[a-z_][a-z0-9_-]{0,31}$/, "a Linux user name").describe("Login user of the image."),
  connectTimeoutSec: wholeNumber(5, 3600, "seconds").describe(
    "How long Terraform tries to log in before it gives up, in seconds.",
  ),
  publicKeyFile: filePath().describe("Public key that may log in, of type ED25519 or RSA: EC2 takes no other."),
  privateKeyFile: filePath()
    .nullable()
    .describe(
      "Private key for Terraform's provisioners, without passphrase; null: the SSH agent, which has to hold a key when ec2 is deployed or destroyed.",
    ),
}).check(
  rule(({ allowFrom = [], allowAnywhere }, context) => {
    for (const [index, block] of allowFrom.entries()) {
      if (block !== undefined && isWiderThanANetwork(block) && !allowAnywhere) {
        const message =
          "a CIDR block no wider than /8 (IPv6: /16), or ssh.allowAnywhere: true to open the port to the whole internet";
        context.addIssue({ code: "custom", path: ["allowFrom", index], input: block, message });
      }
    }
  }),
);

/** Every setting of the program; settings/default.yaml gives each its default. */
export const settingsSchema = section({
  project: text(/^[a-z][a-z0-9-]{1,30}$/, "2 to 31 lower-case letters, digits and dashes").describe(
    "Prefix of names and value of the Project tag. Changing this makes new roles and machines, and with state in S3 starts anew.",
  ),
  tags: tags().describe(
    "Tags for every resource, at most 40; not Project, Environment, Stack, Name and the other keys that Workbench sets itself.",
  ),
  aws,
  state,
  ebs,
  ec2,
  ssh,
  services: section({
    nreplPort: unprivilegedPort().describe("Port of the Clojure REPL on the machine's loopback address."),
    jupyterPort: unprivilegedPort().describe("Port of JupyterLab on the machine's loopback address."),
  }).check(
    rule(({ nreplPort, jupyterPort }, context) => {
      if (jupyterPort !== undefined && nreplPort === jupyterPort) {
        const message = "a port other than services.nreplPort";
        context.addIssue({ code: "custom", path: ["jupyterPort"], input: jupyterPort, message });
      }
    }),
  ),
  image: imageSettings,
}).check(rule((right, context) => sectionsAgree(right, context)));

/** What sections must have to do with each other; what is not there agrees with all. */
export function sectionsAgree(settings: RightParts<FileSettings>, context: z.core.$RefinementCtx): void {
  for (const { path, value, expected } of regionProblems(settings)) {
    context.addIssue({ code: "custom", path: [...path], input: value, message: expected });
  }
  const { ssh, services, ec2, image } = settings;
  for (const key of ["nreplPort", "jupyterPort"] as const) {
    const port = services?.[key];
    if (port !== undefined && port === ssh?.port) {
      const message = "a port other than ssh.port";
      context.addIssue({ code: "custom", path: ["services", key], input: port, message });
    }
  }
  const sizeGiB = ec2?.rootVolumeSizeGiB;
  const imageGiB = image?.volumeSizeGiB;
  if (ec2?.image?.source === "workbench" && sizeGiB !== undefined && imageGiB !== undefined && sizeGiB < imageGiB) {
    const message = `at least image.volumeSizeGiB, which is ${imageGiB}`;
    context.addIssue({ code: "custom", path: ["ec2", "rootVolumeSizeGiB"], input: sizeGiB, message });
  }
}

/** Settings as the YAML files give them, after validation. */
export type FileSettings = z.infer<typeof settingsSchema>;

/** Settings as the program uses them. */
export interface Settings extends FileSettings {
  /** Name of the environment, from `WORKBENCH_ENV`; `default` without one. Part of names, tags and state paths. */
  readonly environment: string;
}
