import { App } from "cdktf";
import type { CdktfCommand } from "./guards/cdktf-command";
import type { Settings } from "./settings/schema";
import { EbsStack } from "./stacks/ebs/stack";
import { Ec2Stack } from "./stacks/ec2/stack";
import { StateStack } from "./stacks/state/stack";
import { WorkbenchStack } from "./stacks/workbench-stack";

/** What a run may know beside its settings. */
export interface AppOptions {
  /** Folder for the output. @default `CDKTF_OUTDIR`, else cdktf.out */
  readonly outdir?: string;
  /** The cdktf command that asked for this run. @default none: every stack stands alone */
  readonly command?: CdktfCommand;
}

/** The whole program for one environment: one stack object for each Terraform state, in the order in which they are deployed. */
export function buildApp(settings: Settings, { outdir, command }: AppOptions = {}): App {
  // cdktf's validations only ask `terraform version`, once for each terraform_data; required_version asks Terraform itself.
  const app = new App({ outdir, stackTraces: false, skipValidation: true });
  const props = { settings, command };
  new StateStack(app, props);
  const ebs = new EbsStack(app, props);
  const ec2 = new Ec2Stack(app, props);
  if (command?.names("ebs") && command.names("ec2")) ec2.addDependency(ebs);
  return app;
}

/** Every stack of the program, as {@link buildApp} made them. */
export function stacksOf(app: App): WorkbenchStack[] {
  return app.node.children.filter((child) => child instanceof WorkbenchStack);
}
