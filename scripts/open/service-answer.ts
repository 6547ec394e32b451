import { CommandError } from "../support/command-error";
import type { OpenConnection, OpenPlace, Show } from "./place";
import { type Report, VOLUME_UNIT } from "./report";
import type { RunningMachine } from "./running-machine";
import type { MachineService } from "./services";
import { logInCommand } from "./ssh-arguments";
import { whyLost } from "./what-became";

/** JupyterLab takes up to half a minute on a small machine, after the data volume is mounted. */
const LIMIT_MS = 180_000;

/** A connection to a machine, and the port of this computer from which its tunnel leads to a service. */
export interface OpenTunnel {
  readonly connection: OpenConnection;
  readonly machine: RunningMachine;
  readonly service: MachineService;
  readonly port: number;
}

/**
 * Waits until a service answers through the tunnel.
 *
 * @returns what the machine said last
 * @throws CommandError one sentence: the image does not have it, it does not run, or it does not answer
 */
export async function serviceAnswer(tunnel: OpenTunnel, place: OpenPlace, show: Show): Promise<Report> {
  const { connection, machine, service, port } = tunnel;
  const giveUpAt = place.now() + LIMIT_MS;
  for (;;) {
    const report = await connection.ask();
    if (report === undefined) {
      // After Ctrl-C, ssh was ended, too.
      await place.pause();
      throw await whyLost(machine.id, place);
    }
    if (report.loadState === "not-found") throw notInImage(tunnel, place);
    const isActive = report.activeState === "active";
    if (isActive && (await service.answers(port))) return report;
    if (!isActive && isOver(report)) throw notRunning(tunnel, report, place);
    if (place.now() > giveUpAt) throw isActive ? noAnswer(tunnel, place) : notRunning(tunnel, report, place);
    show(
      isActive ? "it runs, and does not answer yet" : `it is ${report.activeState}, and the system ${report.system}`,
    );
    await place.pause();
  }
}

/** Whether nothing will start it. While the system boots, it waits for the data volume. */
function isOver({ activeState, system }: Report): boolean {
  return ["inactive", "failed"].includes(activeState) && !["", "initializing", "starting"].includes(system);
}

function notInImage({ machine, service }: OpenTunnel, { target }: OpenPlace): CommandError {
  return new CommandError(
    `${machine.id}: expected a machine with ${service.name} (${service.unit}), got one whose image has none; set ` +
      `${target.imageSetting}, build that image (packer/README.md), and run \`${target.commands.bootNewest}\``,
  );
}

function notRunning({ machine, service }: OpenTunnel, report: Report, { target }: OpenPlace): CommandError {
  const isMounted = report.volume === "active";
  const [unit, state, said] = isMounted
    ? [service.unit, report.activeState, report.said]
    : [VOLUME_UNIT, report.volume, report.volumeSaid];
  const because = said === "" ? "" : `, which last said "${said}"`;
  const fix = isMounted ? "" : `; \`${target.commands.deploy}\` mounts it, or says why not`;
  return new CommandError(
    `${machine.id}: expected ${service.name} to run${isMounted ? "" : " on the mounted data volume"}, ` +
      `got ${unit} that is ${state}${because}${fix}. Look at it: ${logInCommand(machine, target)} systemctl status ${unit}`,
  );
}

function noAnswer({ machine, service }: OpenTunnel, { target }: OpenPlace): CommandError {
  return new CommandError(
    `${machine.id}: expected ${service.name} to answer at port ${service.port} of the machine (${service.setting}), got ` +
      `no answer within ${LIMIT_MS / 1000} s; the image must have been built with that port. Look at it: ` +
      `${logInCommand(machine, target)} systemctl status ${service.unit}`,
  );
}
