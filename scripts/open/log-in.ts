import { noLogin } from "./no-login";
import type { OpenConnection, OpenPlace, Show } from "./place";
import { portTaken } from "./port";
import type { RunningMachine } from "./running-machine";
import type { MachineService } from "./services";
import { type Forward, sshArguments } from "./ssh-arguments";
import { lastSaid, passes, whyNoLogin } from "./why-no-login";

/** How long to try a machine that has run for long: its sshd may just restart. */
const SHORT_MS = 15_000;

/**
 * Logs in, and opens the tunnel. A machine that boots is tried for `ssh.connectTimeoutSec`.
 *
 * @throws CommandError one sentence that says why nobody can log in
 */
export async function logIn(
  machine: RunningMachine,
  service: MachineService,
  forward: Forward,
  place: OpenPlace,
  show: Show,
): Promise<OpenConnection> {
  const { target, now, pause, connect } = place;
  const giveUpAt = now() + patienceMs(machine, place);
  const args = sshArguments(machine, target, forward, service.unit);
  for (;;) {
    const opened = await connect(args);
    if (!("said" in opened)) return opened;
    // After Ctrl-C, ssh was ended, too.
    await pause();
    const { said } = opened;
    const why = whyNoLogin(said);
    if (why === "port") throw await portTaken(forward, service, place);
    if (!passes(why) || now() > giveUpAt) throw await noLogin({ why, said }, machine, place);
    show(why === "silence" ? silence(target) : `it boots: ${lastSaid(said)}`);
  }
}

function patienceMs({ startedAt, wasStopped }: RunningMachine, { target, now }: OpenPlace): number {
  const bootMs = target.ssh.connectTimeoutSec * 1000;
  const isFresh = wasStopped !== undefined || now() - startedAt.getTime() < bootMs;
  return isFresh ? bootMs : Math.min(bootMs, SHORT_MS);
}

/** Said early, since whoever is in another network today would wait for the end of a boot before the sentence. */
function silence({ ssh }: OpenPlace["target"]): string {
  return `no answer: it boots, or your address is not among ${ssh.allowFrom.join(", ")} (ssh.allowFrom)`;
}
