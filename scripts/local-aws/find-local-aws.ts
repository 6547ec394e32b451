import { readFileSync } from "node:fs";
import path from "node:path";
import { CommandError } from "../support/command-error";
import { generatedDirectory, logDirectory, projectRoot } from "../support/project";
import { type AccessKey, readAccessKey } from "./access-key";
import { type Health, readHealth } from "./health";

/** The location of one local AWS. */
export interface LocalAws {
  /** Folder with all of its files. */
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
  };
}

/** The log file of a local AWS. It is outside its home, because a clean removes the home. */
export function localAwsLog(localAws: LocalAws): string {
  const own = localAws.home === path.join(generatedDirectory, "local-aws");
  return own ? path.join(logDirectory, "local-aws.log") : `${localAws.home}.log`;
}

/**
 * Finds the running local AWS of `localAws.home`, on any port. Undefined when it is not running.
 *
 * @throws CommandError when it belongs to another user
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
