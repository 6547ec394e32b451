import type { StackDefinition, StackImage } from "../../stacks/define-stack";
import type { Settings } from "../../stacks/settings";
import type { LocalEndpoint } from "../aws/aws-calls";
import { findOwnImages, type OwnImage } from "../images/own-image";
import { program } from "../support/program";

const { definitions } = program("stacks/definitions");
const { variableName } = program("settings/load/environment-variables");

/** A stack, and the image that its machines boot. */
type StackWithImage = Pick<StackDefinition, "name" | "image">;

/** Our image for a stack's machines, in a local AWS. */
export interface FoundImage {
  readonly stack: string;
  /** Folder below `packer/`. */
  readonly folder: string;
  /** Whether the settings choose our own image. */
  readonly wanted: boolean;
  /** Our images that the local AWS has, newest first. */
  readonly built: readonly OwnImage[];
}

/**
 * Finds the image of every stack that boots one of our images.
 *
 * @throws CommandError one sentence when the local AWS does not answer the call
 */
export async function findStackImages(
  local: LocalEndpoint,
  settings: Settings,
  stacks: readonly StackWithImage[] = definitions,
): Promise<readonly FoundImage[]> {
  const declared = stacks.flatMap(({ name, image }) => (image ? [{ name, image }] : []));
  return Promise.all(
    declared.map(async ({ name, image }) => ({
      stack: name,
      folder: image.folder,
      wanted: settingValue(image.setting, settings) === image.ownValue,
      built: await findOwnImages(local, {
        project: settings.project,
        region: settings.aws.region,
        folder: image.folder,
        architecture: image.machines(settings).architecture,
      }),
    })),
  );
}

/** Value of the setting with a path such as `ec2.image.source`. */
export function settingValue(setting: string, settings: Settings): unknown {
  return setting.split(".").reduce<unknown>((tree, key) => (tree as Record<string, unknown>)[key], settings);
}

/**
 * The variables that choose the image of each stack in a local AWS. If the settings want our own image and it is not
 * built, the stack boots the image that it declares in `fallbackValue`, if any.
 */
export function imageVariables(
  images: readonly FoundImage[],
  stacks: readonly StackWithImage[] = definitions,
): NodeJS.ProcessEnv {
  const wanted = images.filter((image) => image.wanted);
  return Object.fromEntries(
    wanted.map(({ stack, built }) => {
      const { setting, ownValue, fallbackValue } = imageOf(stack, stacks);
      return [variableOf(setting), built.length === 0 && fallbackValue ? fallbackValue : ownValue];
    }),
  );
}

function imageOf(stack: string, stacks: readonly StackWithImage[]): StackImage<never> {
  const { image } = stacks.find(({ name }) => name === stack) ?? {};
  if (image === undefined) throw new Error(`stack ${stack}: expected an image in its definition, got none`);
  return image;
}

/** The caller's variables that choose an image. A choice of a real account's image does not pass. */
export function imageChoices(
  source: NodeJS.ProcessEnv,
  stacks: readonly Pick<StackDefinition, "image">[] = definitions,
): NodeJS.ProcessEnv {
  return Object.fromEntries(
    stacks.flatMap(({ image }) => {
      if (image === undefined) return [];
      const variable = variableOf(image.setting);
      const value = source[variable];
      // A value that does not exist passes too, so that the settings report it.
      return value && !image.accountValues.includes(value) ? [[variable, value]] : [];
    }),
  );
}

function variableOf(setting: string): string {
  return variableName(setting.split("."));
}
