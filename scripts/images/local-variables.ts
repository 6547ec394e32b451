import path from "node:path";
import type { HclValue } from "../../packer/template/hcl/values";
import type { Settings } from "../../stacks/settings";
import { packerEnvironment } from "../setup/packer";
import { callProgram, program } from "../support/program";

const { images, differingVariables, loadImageSettings } = program("packer/images");
const { writeInline } = program("packer/template/hcl/write");

/**
 * What a command against the local AWS needs for `packer build packer/<image>` to build with the local settings, where the
 * checked-in template has the defaults: `PKR_VAR_…` for each difference, and the Packer that set-up built.
 *
 * @param environment the command's environment so far
 * @param home folder of the local AWS, which keeps manifest and bill of materials apart from those of real images
 * @throws CommandError when the settings describe no image that can be built
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

/** As Packer reads it: text as it stands, anything else as an expression. */
function asVariable(value: HclValue): string {
  return typeof value === "string" ? value : writeInline(value);
}
