import path from "node:path";
import type { HclValue } from "../../packer/template/hcl/values";
import type { Settings } from "../../stacks/settings";
import { packerEnvironment } from "../setup/packer";
import { callProgram, program } from "../support/program";

const { images, differingVariables, loadImageSettings } = program("packer/images");
const { writeInline } = program("packer/template/hcl/write");

/**
 * Prepares a command's environment for `packer build packer/<image>` against the local AWS. The checked-in template has
 * the default settings, so each value that the local settings change becomes a `PKR_VAR_…`. The Packer that set-up
 * built comes first on the PATH.
 *
 * @param environment the command's environment so far
 * @param home folder of the local AWS. The manifest and the bill of materials go there, apart from those of real images
 * @throws CommandError when the settings describe an image that cannot be built
 */
export function withPacker(environment: NodeJS.ProcessEnv, settings: Settings, home: string): NodeJS.ProcessEnv {
  const { programs, variables } = packerEnvironment(environment);
  const [before, after] = callProgram(() =>
    [loadImageSettings({ environment: {} }), settings].map((each) => images(each)),
  );
  const differing = (after ?? []).map((image, index) => differingVariables(image, before?.[index] ?? image));
  const values: Record<string, HclValue> = {
    ...Object.assign({}, ...differing),
    output_directory: path.join(home, "packer"),
  };
  return {
    ...environment,
    PATH: [...programs, environment["PATH"] ?? ""].join(path.delimiter),
    ...variables,
    ...Object.fromEntries(Object.entries(values).map(([name, value]) => [`PKR_VAR_${name}`, asVariable(value)])),
  };
}

/** Writes a value as Packer reads it from a variable: text as it is, anything else as an expression. */
function asVariable(value: HclValue): string {
  return typeof value === "string" ? value : writeInline(value);
}
