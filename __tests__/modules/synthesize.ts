import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "cdktf";
import type { StackProps } from "../../stacks/define-stack";
import { WorkbenchStack } from "../../stacks/workbench-stack";
import { settingsWith, type TerraformJson } from "../stacks/synthesize";

/** Adds the modules of a test to a stack. */
export type Build = (stack: WorkbenchStack) => void;

/** A stack of nothing but the modules of a test. */
class ModuleStack extends WorkbenchStack {
  constructor(app: App, props: StackProps, build: Build) {
    super(app, props);
    build(this);
  }
}

/** Synthesizes modules in a stack `modules`, with the addresses that they have in Workbench's stacks. */
export function synthesizeModules(build: Build): TerraformJson {
  const outdir = mkdtempSync(join(tmpdir(), "synth-"));
  writeModules("modules", build, { outdir });
  return JSON.parse(readFileSync(join(outdir, "stacks", "modules", "cdk.tf.json"), "utf8"));
}

/**
 * Writes a stack of modules for Terraform.
 *
 * @param values settings as `settingsWith` takes them. @default those of `local`
 */
export function writeModules(
  name: string,
  build: Build,
  { outdir, values }: { readonly outdir: string; readonly values?: Readonly<Record<string, string>> },
): void {
  const app = new App({ outdir, stackTraces: false, skipValidation: true });
  new ModuleStack(app, { definition: { name }, settings: settingsWith(values), missing: [], dependents: [] }, build);
  app.synth();
}
