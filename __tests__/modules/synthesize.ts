import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "cdktf";
import type { StackProps } from "../../stacks/define-stack";
import { WorkbenchStack } from "../../stacks/workbench-stack";
import { settingsWith, type TerraformJson } from "../stacks/synthesize";

/** A stack of nothing but the modules of a test. */
class ModuleStack extends WorkbenchStack {
  constructor(app: App, props: StackProps, build: (stack: WorkbenchStack) => void) {
    super(app, props);
    build(this);
  }
}

/** Synthesizes the modules that `build` adds to a stack, with the addresses that they have in Workbench's stacks. */
export function synthesizeModules(build: (stack: WorkbenchStack) => void): TerraformJson {
  const app = new App({
    outdir: mkdtempSync(join(tmpdir(), "synth-")),
    stackTraces: false,
    skipValidation: true,
  });
  const definition = { name: "modules" };
  new ModuleStack(app, { definition, settings: settingsWith(), missing: [], dependents: [] }, build);
  app.synth();
  return JSON.parse(readFileSync(join(app.outdir, "stacks", "modules", "cdk.tf.json"), "utf8"));
}
