import { readFileSync } from "node:fs";
import path from "node:path";
import { CommandError } from "../support/command-error";
import { generatedDirectory, logDirectory, projectRoot } from "../support/project";
import { type AccessKey, readAccessKey } from "./access-key";
import { type Health, readHealth } from "./health";

/** Where one local AWS is. */
export interface LocalAws {
  /** Folder with everything it keeps. */
  readonly home: string;
  /** Port on 127.0.0.1. */
  readonly port: number;
  /** Addresses of its machines, as a CIDR block. */
  readonly network: string;
}

/** A local AWS that answers. */
export interface RunningLocalAws extends LocalAws {
  readonly key: AccessKey;
  readonly health: Health;
}

/**
 * The local AWS of this checkout. `LOCAL_AWS_HOME`, `LOCAL_AWS_PORT` and `LOCAL_AWS_NETWORK` make another one, so that two
 * checkouts can run one each.
 *
 * @throws CommandError when the port is no port
 */
export function localAwsOf(environment: NodeJS.ProcessEnv = process.env): LocalAws {
  const port = Number(environment["LOCAL_AWS_PORT"] || 4760);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new CommandError(`LOCAL_AWS_PORT: expected a port from 1 to 65535, got "${environment["LOCAL_AWS_PORT"]}"`);
  }
  return {
    home: path.resolve(projectRoot, environment["LOCAL_AWS_HOME"] || path.join(generatedDirectory, "local-aws")),
    port,
    // Never routed on the internet (RFC 2544), so that nothing can be sent to somebody else's address by mistake.
    network: environment["LOCAL_AWS_NETWORK"] || "198.18.0.0/20",
  };
}

/** Where a local AWS writes what it does. Not in its home, which a clean removes. */
export function localAwsLog(localAws: LocalAws): string {
  const own = localAws.home === path.join(generatedDirectory, "local-aws");
  return own ? path.join(logDirectory, "local-aws.log") : `${localAws.home}.log`;
}

/**
 * Finds the local AWS of `localAws.home`, on whatever port it was started; undefined when it does not run.
 *
 * @throws CommandError when it is another user's
 */
export async function findRunning(localAws: LocalAws): Promise<RunningLocalAws | undefined> {
  const key = readAccessKey(localAws.home);
  if (key === undefined) return undefined;
  const announced = announcedPort(localAws.home);
  for (const port of new Set(announced === undefined ? [localAws.port] : [announced, localAws.port])) {
    const health = await readHealth(port, key);
    if (health !== undefined && path.resolve(health.home) === path.resolve(localAws.home)) {
      return { home: localAws.home, port, network: health.network, key, health };
    }
  }
  return undefined;
}

function announcedPort(home: string): number | undefined {
  try {
    const { port } = JSON.parse(readFileSync(path.join(home, "server.json"), "utf8"));
    return typeof port === "number" ? port : undefined;
  } catch {
    return undefined;
  }
}
