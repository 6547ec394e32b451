import Table from "cli-table3";
import type { Deployed } from "../../terraform/deploy-stack";
import { describeChanges, total } from "../../terraform/operation-progress";
import type { StartImage } from "./image";

/** One line of the report. */
export interface DeployedStack extends Deployed {
  readonly name: string;
}

/** Everything that {@link startReport} tells. */
export interface StartResult {
  readonly deployed: readonly DeployedStack[];
  /** Stacks that were not deployed, because machines cannot run here. */
  readonly leftOut: readonly string[];
  readonly withoutMachines: readonly string[];
  readonly image: StartImage;
  /** Address of the local AWS's API. */
  readonly endpoint: string;
  /** File with its access key. */
  readonly credentialsFile: string;
}

/** What `npm start` prints when it is done: what was made, the outputs, how to log in, and how to go on. */
export function startReport(result: StartResult): string {
  const { deployed, leftOut, withoutMachines, image, endpoint, credentialsFile } = result;
  const table = new Table({ head: ["stack", "what was done", "output", "value"], style: { head: [], border: [] } });
  for (const { name, changes, outputs } of deployed) {
    const done = total(changes) === 0 ? "nothing to do" : describeChanges(changes, "done");
    const rows = Object.entries(outputs).filter(([output]) => output !== "ssh");
    table.push([
      name,
      done,
      rows.map(([output]) => output).join("\n"),
      rows.map(([, value]) => show(value)).join("\n"),
    ]);
  }
  const machine = deployed.find((stack) => typeof stack.outputs["ssh"] === "string");
  const parts = [
    table.toString(),
    ...(leftOut.length > 0
      ? [
          `Left out: ${leftOut.join(", ")}, since machines cannot run here:\n${withoutMachines.map((reason) => `  - ${reason}`).join("\n")}\nThe dev container (.devcontainer/) runs them anywhere.`,
        ]
      : []),
    ...(machine ? [machineLines(machine, image)] : []),
    [
      `Local AWS:                  ${endpoint}; anything runs against it with npm run local -- <command>,`,
      "                            such as npm run local -- aws ec2 describe-volumes",
      `From your own shell:        AWS_ENDPOINT_URL=${endpoint}`,
      `                            AWS_SHARED_CREDENTIALS_FILE=${credentialsFile}`,
      "Stop, and keep everything:  npm stop",
      "Stop, and forget it:        npm stop -- --clean",
    ].join("\n"),
    [
      "On a real account: write settings/<name>.yaml with what differs from settings/default.yaml (ssh.allowFrom above all),",
      "have AWS credentials in your shell, and run WORKBENCH_ENV=<name> npx cdktf deploy ebs ec2.",
    ].join("\n"),
  ];
  return `\n${parts.join("\n\n")}\n`;
}

/** How to log in; what is on the machine, or why it is not. */
function machineLines({ outputs }: DeployedStack, { wanted, ownImages, problem }: StartImage): string {
  const logIn = "Log in:                     npm run local -- ssh";
  const [newest] = ownImages;
  if (ownImages.some(({ id }) => id === outputs["image_id"])) {
    const forwards = String(outputs["ssh"]).match(/-L \S+/g) ?? [];
    return [
      logIn,
      `with REPL and JupyterLab:   npm run local -- ssh ${forwards.join(" ")}`,
      "                            and there jupyter-url, which prints the address for your browser",
    ].join("\n");
  }
  if (problem !== undefined)
    return `${logIn}\nNo REPL or JupyterLab:      the machine boots Debian's own image; ${problem}`;
  if (!wanted || newest === undefined) return logIn;
  return `${logIn}\nNo REPL or JupyterLab:      the machine was made before ${newest.name}; npm run local -- npx cdktf destroy ec2, then npm start, makes a new one`;
}

function show(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
