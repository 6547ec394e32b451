import { App } from "cdktf";
import type { CdktfCommand } from "./cdktf-command";
import type { Settings } from "./settings/schema";
import { EbsStack } from "./stacks/ebs";
import { Ec2Stack } from "./stacks/ec2";
import { refuseProtectedDestroy } from "./stacks/protection";
import { StateStack } from "./stacks/state";

/** What a run may know beside its settings. */
export interface AppOptions {
  /** Folder for the output. @default `CDKTF_OUTDIR`, else cdktf.out */
  readonly outdir?: string;
  /** The cdktf command that asked for this run. @default none: every stack stands alone */
  readonly command?: CdktfCommand;
}

/**
 * The whole program for one environment: one stack object for each Terraform state, in the order in which they are deployed.
 *
 * @throws when the command would destroy data that the settings protect.
 */
export function buildApp(settings: Settings, { outdir, command }: AppOptions = {}): App {
  if (command) refuseProtectedDestroy(command, settings);
  // cdktf's validations only ask `terraform version`, once for each terraform_data; required_version asks Terraform itself.
  const app = new App({ outdir, stackTraces: false, skipValidation: true });
  new StateStack(app, settings);
  const ebs = new EbsStack(app, settings, command?.verb === "destroy");
  const ec2 = new Ec2Stack(app, settings);
  if (command?.names("ebs") && command.names("ec2")) ec2.addDependency(ebs);
  return app;
}
