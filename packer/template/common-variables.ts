import { architectures } from "../../settings/fields/fields";
import { debianRootSizeGiB } from "../../stacks/names/images";
import { writeInline } from "./hcl/write";
import type { ImageVariable } from "./image-description";

/** Variables of every build, with the given defaults. */
export function commonVariables(defaults: CommonDefaults): readonly ImageVariable[] {
  return [
    {
      name: "project",
      type: "string",
      description: "Prefix of the AMI's name and value of its Project tag.",
      default: defaults.project,
    },
    { name: "region", type: "string", description: "AWS region that the image is built in.", default: defaults.region },
    {
      name: "profile",
      type: "string",
      description: "Named profile of the AWS configuration; empty: credentials from the environment.",
      default: defaults.profile,
    },
    {
      name: "architecture",
      type: "string",
      description: "Processor architecture, as Debian names it.",
      default: defaults.architecture,
      validation: {
        condition: `contains(${writeInline(architectures)}, var.architecture)`,
        errorMessage:
          `The variable architecture: expected ${architectures.join(" or ")}; ` +
          `correct ${defaults.architectureSetting} in the settings, or -var architecture.`,
      },
    },
    {
      name: "instance_types",
      type: "map(string)",
      description: "Instance type of the build machine, for each architecture.",
      default: { ...defaults.instanceTypes },
    },
    {
      name: "subnet_id",
      type: "string",
      description: "Subnet to build in; empty: the default VPC's.",
      default: defaults.subnetId,
    },
    {
      name: "public_address",
      type: "bool",
      description: "Whether the build machine gets a public address in subnet_id; false: the subnet decides.",
      default: defaults.publicAddress,
    },
    {
      name: "allow_from",
      type: "list(string)",
      description: "CIDR blocks that may log in to the build machine; empty: this computer's public address.",
      default: [...defaults.allowFrom],
    },
    {
      name: "login_user",
      type: "string",
      description: "Login user of the base image. It owns the home project and the services.",
      default: defaults.loginUser,
    },
    {
      name: "volume_size_gib",
      type: "number",
      description: "Size of the root volume in GiB. Machines can have a larger one.",
      default: defaults.volumeSizeGiB,
      validation: {
        condition: `var.volume_size_gib >= ${debianRootSizeGiB}`,
        errorMessage:
          `The variable volume_size_gib: expected at least ${debianRootSizeGiB}, ` +
          `the size of Debian's own image; set ${defaults.volumeSizeSetting} in the settings higher, ` +
          "or -var volume_size_gib.",
      },
    },
    {
      name: "kms_key_arn",
      type: "string",
      description: "KMS key of the root volume; empty: the account's default EBS key.",
      default: defaults.kmsKeyArn,
    },
    {
      name: "deprecate_after_days",
      type: "number",
      description: "Days until EC2 marks the image as deprecated.",
      default: defaults.deprecateAfterDays,
    },
    {
      name: "ssm_agent",
      type: "bool",
      description: "Install AWS's Systems Manager agent. The build machine must reach it in the region's bucket.",
      default: defaults.ssmAgent,
    },
    {
      name: "ssm_agent_fingerprint",
      type: "string",
      description: "Fingerprint of the key that signs the Systems Manager agent.",
      default: defaults.ssmAgentFingerprint,
    },
    {
      name: "tags",
      type: "map(string)",
      description: "More tags for the AMI, its snapshot and the build machine.",
      default: { ...defaults.tags },
    },
    {
      name: "commit",
      type: "string",
      description: "Commit that the image is built from; empty: the checked-out commit.",
      default: "",
    },
    {
      name: "output_directory",
      type: "string",
      description:
        "Folder for manifest and bill of materials, in a subfolder named after the image; " +
        "empty: output, beside the template.",
      default: "",
    },
  ];
}

/** Defaults of {@link commonVariables}, from the settings. */
export interface CommonDefaults {
  readonly project: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly region: string;
  readonly profile: string;
  readonly architecture: string;
  /** The setting that gives the architecture, for messages. */
  readonly architectureSetting: string;
  readonly subnetId: string;
  readonly publicAddress: boolean;
  readonly kmsKeyArn: string;
  readonly allowFrom: readonly string[];
  readonly loginUser: string;
  readonly instanceTypes: Readonly<Record<string, string>>;
  readonly volumeSizeGiB: number;
  /** The setting that gives this size, for messages. */
  readonly volumeSizeSetting: string;
  readonly deprecateAfterDays: number;
  readonly ssmAgent: boolean;
  readonly ssmAgentFingerprint: string;
}
