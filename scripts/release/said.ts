import type { Task } from "@aws-sdk/client-ecs";
import { AwsCalls } from "../aws/aws-calls";
import { type LogsCalls, services } from "../aws/services";
import type { ReleaseTarget } from "./target";

/** How many of a container's last lines are shown. */
const LINES = 20;

/** What the containers of services printed, as CloudWatch Logs has it. */
export class ContainerLogs {
  private constructor(
    private readonly calls: LogsCalls,
    private readonly target: ReleaseTarget,
  ) {}

  static async open(target: ReleaseTarget): Promise<ContainerLogs> {
    return new ContainerLogs(await AwsCalls.at(services.logs, target), target);
  }

  /** The last lines of a container. Empty when it printed nothing. */
  async tail(container: string, taskArn: string): Promise<readonly string[]> {
    const { events = [] } = await this.calls.ask("GetLogEvents", async (sdk, client, options) => {
      const stream = `ecs/${container}/${taskArn.slice(taskArn.lastIndexOf("/") + 1)}`;
      const command = new sdk.GetLogEventsCommand({
        logGroupName: this.target.logGroup,
        logStreamName: stream,
        limit: LINES,
        startFromHead: false,
      });
      try {
        return await client.send(command, options);
      } catch (error) {
        if (error instanceof sdk.ResourceNotFoundException) return { events: [] };
        throw error;
      }
    });
    return events.map(({ message = "" }) => message.trimEnd());
  }
}

/** What a failed task tells: why it ended, how its containers ended, and the last lines of each that printed anything. */
export async function whatTaskSaid(task: Task, logs: Pick<ContainerLogs, "tail">): Promise<string[]> {
  const { taskArn = "", stoppedReason, containers = [] } = task;
  const lines = stoppedReason === undefined ? [] : [`ECS: ${stoppedReason}`];
  for (const { name = "", exitCode, reason } of containers) {
    const said = await logs.tail(name, taskArn);
    const end = [exitCode === undefined ? undefined : `exit code ${exitCode}`, reason].filter(
      (part) => part !== undefined,
    );
    if (said.length === 0 && end.length === 0) continue;
    lines.push(`${name}${end.length === 0 ? "" : ` (${end.join(", ")})`}${said.length === 0 ? "" : ":"}`);
    lines.push(...said.map((line) => `  ${line}`));
  }
  return lines;
}
