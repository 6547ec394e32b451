import path from "node:path";
import type { LocalAws } from "../local-aws/find-local-aws";
import { CommandError } from "../support/command-error";
import { generatedDirectory, projectRoot } from "../support/project";

/**
 * The local AWS of this checkout. `LOCAL_AWS_HOME`, `LOCAL_AWS_PORT` and `LOCAL_AWS_NETWORK` choose another one, so
 * that two checkouts can each run one.
 *
 * @throws CommandError when LOCAL_AWS_PORT is not a port
 */
export function localAwsOf(environment: NodeJS.ProcessEnv = process.env): LocalAws {
  const port = Number(environment["LOCAL_AWS_PORT"] || 4760);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new CommandError(`LOCAL_AWS_PORT: expected a port from 1 to 65535, got "${environment["LOCAL_AWS_PORT"]}"`);
  }
  return {
    home: path.resolve(projectRoot, environment["LOCAL_AWS_HOME"] || path.join(generatedDirectory, "local-aws")),
    port,
    // The internet does not route this network (RFC 2544), so no packet reaches somebody else's address by mistake.
    network: environment["LOCAL_AWS_NETWORK"] || "198.18.0.0/20",
    another: `choose another local AWS with LOCAL_AWS_HOME, LOCAL_AWS_PORT=${port + 1} and LOCAL_AWS_NETWORK=198.19.0.0/20`,
  };
}
