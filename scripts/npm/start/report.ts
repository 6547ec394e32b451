import Table from "cli-table3";
import type { NextStep } from "../../../stacks/define-stack";
import { program } from "../../support/program";
import type { Deployed } from "../../terraform/deploy-stack";
import { describeChanges, total } from "../../terraform/operation-progress";
import { type StartImages, stacksWithoutImage } from "./image";

const { definitions } = program("stacks/definitions");

/** The table leaves out wider values, which make it unreadable. `npx cdktf output <stack>` prints them. */
const WIDEST_VALUE = 60;

const LABEL_WIDTH = 28;

/** A stack that was deployed. */
export interface DeployedStack extends Deployed {
  readonly name: string;
}

/** Everything that {@link startReport} reports. */
export interface StartResult {
  readonly deployed: readonly DeployedStack[];
  /** Stacks that were not deployed, because machines cannot run here. Those without an image are in `images`. */
  readonly leftOut: readonly string[];
  readonly withoutMachines: readonly string[];
  readonly images: StartImages;
  /** URL of the local AWS's API. */
  readonly endpoint: string;
  readonly region: string;
  /** File with the local AWS's access key. */
  readonly credentialsFile: string;
}

/** The report that `npm start` ends with: changes, outputs, each stack's next steps, and how to go on. */
export function startReport(result: StartResult): string {
  const { deployed, leftOut, withoutMachines, endpoint, region, credentialsFile } = result;
  const parts = [
    outputTable(deployed),
    ...(leftOut.length > 0
      ? [
          [
            `Left out: ${leftOut.join(", ")}, since machines cannot run here:`,
            ...withoutMachines.map((reason) => `  - ${reason}`),
            "The dev container (.devcontainer/) runs them anywhere.",
          ].join("\n"),
        ]
      : []),
    ...stacksWithoutImage(result.images).map(
      ({ stack, folder }) =>
        `Left out: ${stack}, whose image could not be built:\n  - ${result.images.problems.get(folder)}`,
    ),
    ...deployed.map((stack) => stepsOf(stack, result.images)).filter((text) => text !== ""),
    shownSteps([
      {
        label: "Local AWS:",
        lines: [
          `${endpoint}; npm run local -- <command> runs any command against it,`,
          "such as npm run local -- aws ec2 describe-volumes",
        ],
      },
      {
        label: "From your own shell:",
        lines: [
          `export AWS_ENDPOINT_URL=${endpoint} AWS_REGION=${region} AWS_DEFAULT_REGION=${region}`,
          `export AWS_SHARED_CREDENTIALS_FILE=${credentialsFile} AWS_CONFIG_FILE=/dev/null`,
        ],
      },
      { label: "Stop, and keep everything:", lines: ["npm stop"] },
      { label: "Stop, and forget it:", lines: ["npm stop -- --clean"] },
    ]),
    [
      "On a real account: write settings/<name>.yaml with the values that differ from " +
        "settings/default.yaml, set AWS credentials",
      "in your shell, and run WORKBENCH_ENV=<name> npx cdktf deploy <stacks>. " +
        "A stack that needs more settings names them.",
    ].join("\n"),
  ];
  return `\n${parts.join("\n\n")}\n`;
}

function outputTable(deployed: readonly DeployedStack[]): string {
  const table = new Table({ head: ["stack", "what was done", "output", "value"], style: { head: [], border: [] } });
  for (const { name, changes, outputs } of deployed) {
    const done = total(changes) === 0 ? "nothing to do" : describeChanges(changes, "done");
    const rows = Object.entries(outputs)
      .map(([output, value]) => [output, show(value)] as const)
      .filter(([, value]) => value.length <= WIDEST_VALUE);
    table.push([name, done, rows.map(([output]) => output).join("\n"), rows.map(([, value]) => value).join("\n")]);
  }
  return table.toString();
}

/** The next steps that a deployed stack declares. */
function stepsOf({ name, outputs }: DeployedStack, { images, problems }: StartImages): string {
  const definition = definitions.find((one) => one.name === name);
  const image = images.find(({ stack }) => stack === name);
  const steps = definition?.nextSteps?.({
    outputs,
    image: image && { wanted: image.wanted, built: image.built, problem: problems.get(image.folder) },
  });
  return shownSteps(steps ?? []);
}

function shownSteps(steps: readonly NextStep[]): string {
  return steps
    .flatMap(({ label, lines }) => lines.map((line, index) => (index === 0 ? label : "").padEnd(LABEL_WIDTH) + line))
    .join("\n");
}

function show(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
