import { existsSync } from "node:fs";
import path from "node:path";
import type { HclValue } from "../../packer/template/hcl/values";
import type { Settings } from "../../stacks/settings";
import { packerEnvironment } from "../setup/packer";
import { callProgram, program } from "../support/program";
import { projectRoot } from "../support/project";

const { images, differingVariables, loadImageSettings, sharedVariables } = program("packer/images");
const { writeInline } = program("packer/template/hcl/write");

/**
 * Prepares a command's environment for `packer build packer/<image>` against the local AWS. The checked-in template has
 * the default settings, so each value that the local settings change becomes a `PKR_VAR_…`. A value that images do not
 * share is missing: {@link withImage} adds those of one. The Packer that set-up built comes first on the PATH.
 *
 * @param environment the command's environment so far
 * @param home folder of the local AWS. The manifest and the bill of materials go there, apart from those of real images
 * @throws CommandError when the settings describe an image that cannot be built
 */
export function withPacker(environment: NodeJS.ProcessEnv, settings: Settings, home: string): NodeJS.ProcessEnv {
  const { programs, variables } = packerEnvironment(environment);
  const values = callProgram(() => sharedVariables(images(settings), defaultImages()));
  return {
    ...environment,
    PATH: [...programs, environment["PATH"] ?? ""].join(path.delimiter),
    ...variables,
    ...asVariables({ ...values, output_directory: path.join(home, "packer") }),
  };
}

/**
 * Adds to an environment of {@link withPacker} every value of one image.
 *
 * @param folder below `packer/`
 * @throws CommandError when the settings describe an image that cannot be built
 */
export function withImage(environment: NodeJS.ProcessEnv, settings: Settings, folder: string): NodeJS.ProcessEnv {
  const named = ({ name }: { readonly name: string }): boolean => name === folder;
  const values = callProgram(() => {
    const image = images(settings).find(named);
    const before = defaultImages().find(named);
    return image && before ? differingVariables(image, before) : {};
  });
  return { ...environment, ...asVariables(values) };
}

/**
 * The image that arguments of Packer name, as a folder below `packer/`; undefined if they name none of ours.
 *
 * @param cwd the folder that their paths are relative to
 */
export function imageOf(args: readonly string[], cwd: string): string | undefined {
  const folders = args.map((each) => path.resolve(cwd, each));
  const found = folders.find((folder) => path.dirname(folder) === packer && existsSync(path.join(folder, "image.ts")));
  return found && path.basename(found);
}

const packer = path.join(projectRoot, "packer");

function defaultImages() {
  return images(loadImageSettings({ environment: {} }));
}

function asVariables(values: Readonly<Record<string, HclValue>>): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [`PKR_VAR_${name}`, asVariable(value)]));
}

/** Writes a value as Packer reads it from a variable: text as it is, anything else as an expression. */
function asVariable(value: HclValue): string {
  return typeof value === "string" ? value : writeInline(value);
}
