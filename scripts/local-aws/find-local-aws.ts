import { readFileSync } from "node:fs";
import path from "node:path";
import { type AccessKey, readAccessKey } from "./access-key";
import { type Health, readHealth } from "./health";

/** The location of one local AWS. */
export interface LocalAws {
  /** Folder with all of its files: an absolute path. */
  readonly home: string;
  /** Port on 127.0.0.1. */
  readonly port: number;
  /** Addresses of its machines, as a CIDR block. */
  readonly network: string;
  /** How the user gets another local AWS, as the end of a message: "set …". @default no command or variable */
  readonly another?: string;
}

/** A local AWS that answers. */
export interface RunningLocalAws extends LocalAws {
  readonly key: AccessKey;
  readonly health: Health;
}

/** The log file of a local AWS. It is outside its home, because a clean removes the home. */
export function localAwsLog({ home }: LocalAws): string {
  return `${home}.log`;
}

/**
 * Finds the running local AWS of `localAws.home`, on any port. Undefined when it is not running.
 *
 * @throws CommandError when it belongs to another user
 */
export async function findRunning(localAws: LocalAws): Promise<RunningLocalAws | undefined> {
  const key = readAccessKey(localAws.home, localAws.another);
  if (key === undefined) return undefined;
  const announced = announcedPort(localAws.home);
  for (const port of new Set(announced === undefined ? [localAws.port] : [announced, localAws.port])) {
    const health = await readHealth(port, key);
    if (health !== undefined && path.resolve(health.home) === path.resolve(localAws.home)) {
      return { ...localAws, port, network: health.network, key, health };
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
