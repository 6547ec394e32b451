import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { require } from "tsx/cjs/api";
import type { SettingsSource } from "../settings/load/load";
import { debianLoginUser } from "../stacks/names/images";
import { loadSections, type Settings } from "../stacks/settings";
import { commonVariables } from "./template/common-variables";
import type { HclValue } from "./template/hcl/values";
import type { Image, ImageDescription, ImageVariable } from "./template/image-description";

/**
 * The settings that images are made from. Who may log in only matters for one environment, not for the checked-in
 * template.
 */
export type ImageSettings = Pick<Settings, (typeof sections)[number]> & Partial<Pick<Settings, "ssh">>;

const sections = ["project", "tags", "aws", "ec2", "services", "image"] as const;

const architectureSetting = "ec2.image.architecture";

/**
 * Loads the settings that images are made from. Other settings may be missing.
 *
 * @param withSsh load who may log in, too
 * @throws one error with every problem in them
 */
export function loadImageSettings(source?: SettingsSource, ...withSsh: readonly "ssh"[]): ImageSettings {
  return loadSections([...sections, ...withSsh], source);
}

/** Exports of an image's image.ts. */
interface ImageModule {
  readonly describeImage: (settings: ImageSettings) => ImageDescription;
}

/**
 * Every image, sorted by name: each folder with an image.ts is one.
 *
 * @param folder holds a folder for each image. @default this folder
 */
export function images(settings: ImageSettings, folder = __dirname): readonly Image[] {
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, "image.ts")));
  return names.sort().map((name) => {
    const { describeImage }: ImageModule = require(join(folder, name, "image.ts"), __filename);
    const description = describeImage(settings);
    const variables = [...common(settings), ...(description.variables ?? [])];
    return { ...description, name, regionSetting: "aws.region", architectureSetting, variables };
  });
}

function common({ project, tags, aws, ec2, image, ssh }: ImageSettings): readonly ImageVariable[] {
  return commonVariables({
    project,
    tags,
    region: aws.region,
    profile: aws.profile ?? "",
    architecture: ec2.image.architecture,
    architectureSetting,
    subnetId: ec2.subnetId ?? "",
    kmsKeyArn: image.kmsKeyArn ?? "",
    allowFrom: ssh?.allowFrom ?? [],
    loginUser: ssh?.user ?? debianLoginUser,
    instanceTypes: image.instanceTypes,
    volumeSizeGiB: image.volumeSizeGiB,
    volumeSizeSetting: "image.volumeSizeGiB",
    deprecateAfterDays: image.deprecateAfterDays,
    ssmAgent: image.ssmAgent.enabled,
    ssmAgentFingerprint: image.ssmAgent.fingerprint,
  });
}

/** Variables that a build needs in addition to the checked-in template, which has the default settings. */
export function differingVariables(image: Image, defaults: Image): Readonly<Record<string, HclValue>> {
  const before = new Map(defaults.variables.map((one) => [one.name, JSON.stringify(one.default)]));
  return Object.fromEntries(
    image.variables
      .filter((one) => before.get(one.name) !== JSON.stringify(one.default))
      .map((one) => [one.name, one.default]),
  );
}
