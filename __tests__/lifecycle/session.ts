import type { LocalAws } from "../../scripts/local-aws/find-local-aws";
import { type LocalSession, openLocalSession } from "../../scripts/session/local-session";

/** Starts a local AWS, or finds it running. */
export function openSession(localAws: LocalAws): Promise<LocalSession> {
  return openLocalSession({ ...process.env, ...localVariables(localAws) });
}

/** The variables that tell a command which local AWS to use. */
export function localVariables({ home, port, network }: LocalAws): NodeJS.ProcessEnv {
  return {
    WORKBENCH_ENV: "local",
    LOCAL_AWS_HOME: home,
    LOCAL_AWS_PORT: String(port),
    LOCAL_AWS_NETWORK: network,
  };
}
