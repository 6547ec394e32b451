import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { require } from "tsx/cjs/api";
import type { SettingsSource } from "../settings/load/load";
import type { ImageMachines, StackDefinition, StackImage } from "../stacks/define-stack";
import { definitions } from "../stacks/definitions";
import { debianLoginUser } from "../stacks/names/images";
import { loadSections, type Settings } from "../stacks/settings";
import { commonVariables } from "./template/common-variables";
import type { HclValue } from "./template/hcl/values";
import type { Image, ImageDescription, ImageVariable } from "./template/image-description";

const sections = ["project", "tags", "aws", "services", "image"] as const;

/**
 * The settings that images are made from, and those of the stacks that boot them. Who may log in only matters for one
 * environment, not for the checked-in template.
 */
export type SourceSettings = Pick<Settings, (typeof sections)[number]> & Partial<Pick<Settings, "ssh">>;

/** What the description of an image reads. */
export interface ImageSettings extends Omit<SourceSettings, "ssh"> {
  readonly machines: ImageMachines;
}

/** A stack, and the image that it boots. */
export type BootingStack = Pick<StackDefinition, "name" | "image">;

/**
 * Loads the settings that images are made from. Other settings may be missing.
 *
 * @param withSsh load who may log in, too
 * @throws one error with every problem in them
 */
export function loadImageSettings(source?: SettingsSource, ...withSsh: readonly "ssh"[]): SourceSettings {
  const booting = definitions.filter(({ image }) => image).map(({ name }) => name as keyof Settings);
  return loadSections([...booting, ...sections, ...withSsh], source);
}

/** Exports of an image's image.ts. */
interface ImageModule {
  readonly describeImage: (settings: ImageSettings) => ImageDescription;
}

/**
 * Every image, sorted by name: each folder with an image.ts is one.
 *
 * @param folder holds a folder for each image. @default this folder
 * @param stacks those that boot the images. @default all
 */
export function images(
  settings: SourceSettings,
  folder = __dirname,
  stacks: readonly BootingStack[] = definitions,
): readonly Image[] {
  const names = readdirSync(folder).filter((name) => existsSync(join(folder, name, "image.ts")));
  return names.sort().map((name) => {
    const { describeImage }: ImageModule = require(join(folder, name, "image.ts"), __filename);
    const { architectureSetting, machines } = stackImage(name, stacks);
    const own = { ...settings, machines: machines(settings as never) };
    const description = describeImage(own);
    const variables = [...common(own, architectureSetting, settings.ssh), ...(description.variables ?? [])];
    return { ...description, name, regionSetting: "aws.region", architectureSetting, variables };
  });
}

function stackImage(folder: string, stacks: readonly BootingStack[]): StackImage<never> {
  const { image } = stacks.find((stack) => stack.image?.folder === folder) ?? {};
  if (image === undefined) throw new Error(`image ${folder}: expected a stack that names it in its definition`);
  return image;
}

function common(
  { project, tags, aws, machines, image }: ImageSettings,
  architectureSetting: string,
  ssh: SourceSettings["ssh"],
): readonly ImageVariable[] {
  return commonVariables({
    project,
    tags,
    region: aws.region,
    profile: aws.profile ?? "",
    architecture: machines.architecture,
    architectureSetting,
    subnetId: machines.subnetId ?? "",
    publicAddress: machines.publicAddress ?? false,
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

/**
 * Variables that a build of any of the images can be given at once: those that a build needs in addition to the
 * checked-in templates, and that have one value for all images that know them. An image ignores what it does not know.
 *
 * @param defaults the same images with the default settings
 */
export function sharedVariables(all: readonly Image[], defaults: readonly Image[]): Readonly<Record<string, HclValue>> {
  const valueIn = (image: Image, name: string) => image.variables.find((one) => one.name === name)?.default;
  const differing = Object.assign(
    {},
    ...all.map((image, index) => differingVariables(image, defaults[index] ?? image)),
  );
  return Object.fromEntries(
    Object.entries<HclValue>(differing).filter(([name, value]) =>
      all.every((image) => {
        const own = valueIn(image, name);
        return own === undefined || JSON.stringify(own) === JSON.stringify(value);
      }),
    ),
  );
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
