import { readFileSync } from "node:fs";
import { join } from "node:path";
import { App } from "cdktf";
import { WorkbenchStack } from "../../stacks/workbench-stack";
import { settingsWith, type TerraformJson } from "../stacks/synthesize";
import { temporaryFolder } from "../temporary-folder";

/** Where a stack is written, and its settings as `settingsWith` takes them. */
interface Written {
  readonly outdir: string;
  readonly values?: Readonly<Record<string, string>>;
}

/** A stack without resources of its own, whose addresses are those of every stack. */
class EmptyStack extends WorkbenchStack {
  constructor(app: App, name: string, values?: Written["values"]) {
    super(app, { definition: { name }, settings: settingsWith(values), missing: [], dependents: [] });
  }
}

/** Makes modules in a stack. */
export type Build = (stack: EmptyStack) => void;

/** Synthesizes a stack of nothing but what `build` makes in it. */
export function synthesizeModule(build: Build): TerraformJson {
  const outdir = temporaryFolder("synth-");
  writeStack("test", build, { outdir });
  return JSON.parse(readFileSync(join(outdir, "stacks", "test", "cdk.tf.json"), "utf8"));
}

/** Writes such a stack for Terraform. */
export function writeStack(name: string, build: Build, { outdir, values }: Written): void {
  const app = new App({ outdir, skipValidation: true });
  build(new EmptyStack(app, name, values));
  app.synth();
}
