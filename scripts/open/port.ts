import { isPortTaken, portHolder } from "../local-aws/port-holder";
import { CommandError } from "../support/command-error";
import type { OpenPlace } from "./place";
import type { MachineService } from "./services";
import type { Forward } from "./ssh-arguments";

/** @throws CommandError one sentence when a program of this computer has the port of the tunnel */
export async function requireFreePort(forward: Forward, service: MachineService, place: Pick<OpenPlace, "target">) {
  if (await isPortTaken(forward.from)) throw await portTaken(forward, service, place);
}

/** The sentence about a port that is taken. */
export async function portTaken(
  { from, to }: Forward,
  { setting, option }: Pick<MachineService, "setting" | "option">,
  { target }: Pick<OpenPlace, "target">,
): Promise<CommandError> {
  const by = (await portHolder(from)) ?? "another program";
  const { open } = target.commands;
  // `npm run local -- open` takes options as they are, and `npm run open` after `--`.
  const other = `${open}${open.includes(" -- ") ? "" : " --"}${option} --port ${from === 65535 ? 1024 : from + 1}`;
  return new CommandError(
    `${from === to ? setting : "--port"}: expected port ${from} of this computer to be free, got ${by}, which has it; ` +
      `end that, or take another port: ${other}`,
  );
}
