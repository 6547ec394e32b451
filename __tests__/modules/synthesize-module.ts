import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "cdktf";
import { WorkbenchStack } from "../../stacks/workbench-stack";
import { settingsWith, type TerraformJson } from "../stacks/synthesize";

/** A stack without resources of its own, whose addresses are those of every stack. */
class EmptyStack extends WorkbenchStack {
  constructor(app: App) {
    super(app, { definition: { name: "test" }, settings: settingsWith(), missing: [], dependents: [] });
  }
}

/** Synthesizes a stack of nothing but what `build` makes in it. */
export function synthesizeModule(build: (stack: EmptyStack) => void): TerraformJson {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), "synth-")), skipValidation: true });
  build(new EmptyStack(app));
  app.synth();
  return JSON.parse(readFileSync(join(app.outdir, "stacks", "test", "cdk.tf.json"), "utf8"));
}
