import type { Instance } from "@cdktf/provider-aws/lib/instance";
import { AssetType, DataResource, type ITerraformDependable, TerraformAsset } from "cdktf";
import { Construct } from "constructs";
import { connectionFromInput, inputOf, remoteExec, runFromFolder, type SshTarget } from "../provisioning/provisioners";
import { shellWord } from "../shell-word";

/** The machine, and when it stops itself. */
export interface StopWhenIdleProps {
  /** Machine that stops itself. Its shutdown behavior must be `stop`. */
  readonly machine: { readonly instance: Instance };
  /** Minutes without anything that keeps it running; null: never. */
  readonly afterMinutes: number | null;
  /** Port of JupyterLab on the machine: a busy kernel keeps it running. */
  readonly jupyterPort: number;
  /** How provisioners reach the machine. A connection to its port keeps the machine running. */
  readonly target: SshTarget;
  /** Folder on this computer with `install_stop_when_idle.py` and what that installs. */
  readonly scriptsDirectory: string;
  /** Resources that must exist as long as provisioners must log in. @default none */
  readonly dependsOn?: readonly ITerraformDependable[];
}

const uploadedTo = ".workbench-stop-when-idle";
const installed = "/usr/local/lib/workbench/stop-when-idle/install_stop_when_idle.py";

/**
 * A timer on the machine that shuts it down when nothing has kept it running for long enough, installed over SSH: user
 * data would replace the machine. `scripts/machine/stop-when-idle/README.md` says what keeps it running.
 *
 * The resource exists with and without minutes. So what turns the timer off is a creation, when the machine runs, and
 * nothing logs in at a destroy. It reads nothing that changes when the machine stops: the plan stays empty.
 */
export class StopWhenIdle extends Construct {
  constructor(scope: Construct, id: string, props: StopWhenIdleProps) {
    super(scope, id);
    const { afterMinutes, target } = props;
    const scripts =
      afterMinutes === null
        ? undefined
        : new TerraformAsset(this, "scripts", { path: props.scriptsDirectory, type: AssetType.DIRECTORY });
    const command =
      afterMinutes === null
        ? `sudo test ! -e ${installed} || sudo python3 -B ${installed} never`
        : `cd && sudo python3 -B ${uploadedTo}/install_stop_when_idle.py ` +
          [afterMinutes, target.port, props.jupyterPort, target.user].map(shellWord).join(" ");
    new DataResource(this, "this", {
      input: inputOf(target),
      triggersReplace: { instance: props.machine.instance.id, scripts: scripts?.assetHash, command },
      connection: connectionFromInput(target),
      provisioners: scripts ? [...runFromFolder(scripts.path, uploadedTo, command)] : [remoteExec([command])],
      dependsOn: [...(props.dependsOn ?? [])],
    });
  }
}
